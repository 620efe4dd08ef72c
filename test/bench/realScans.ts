/** The real scans that benchmarks look at, where FEWSCOPE_DATA (else ../shared/data) has them. */
import * as fs from "node:fs";
import * as path from "node:path";
import { readNpy, readScan, readScans } from "../../src/formats";
import type { Scan } from "../../src/core";

/** A real scan, and the defects that its authors drew on it. */
export interface MaskedScan {
  readonly name: string;
  readonly scan: Scan;
  readonly mask: Uint8Array;
  /** Dice of the network that was published with the masks, trained on full masks of that surface. */
  readonly published: number;
}

/** Name, file, mask, edge in nm, metres a unit, published Dice. */
const masked = [
  ["Si(001):H", "si001_gloucester_scan", "si001_gloucester_mask", 100, 1e-12, 0.52],
  ["Ge(001)", "ge001_29_4_forward", "ge001_29_4_mask", 50, 1e-9, 0.78],
  ["TiO2(110)", "tio2_m70_scan", "tio2_m70_mask", 10, 1e-10, 0.91],
] as const;

/** Scans without a mask: file, edge in nm, metres a unit. The edge of the silicon scans is assumed. */
const unmasked = [
  ["si001_brockley_scan", 100, 1e-9],
  ["si001_paddington_24_forward", 100, 1e-9],
  ["si001_paddington_31_forward", 100, 1e-9],
  ["ge001_29_4_backward", 50, 1e-9],
] as const;

/** The folder of the data. */
export function dataFolder(): string {
  return process.env["FEWSCOPE_DATA"] ?? path.join(__dirname, "..", "..", "..", "shared", "data");
}

function numbers(file: string): { readonly data: Float64Array; readonly width: number } {
  const { data, shape } = readNpy(fs.readFileSync(path.join(dataFolder(), "stm", `${file}.npy`)));
  return { data: Float64Array.from(data as ArrayLike<number>), width: shape[1] };
}

function asScan(name: string, file: string, edgeNm: number, metres: number): Scan {
  const { data, width } = numbers(file);
  const height = data.length / width;
  return {
    name,
    channels: [
      { name: "Z", unit: "m", direction: "forward", data: data.map((value) => value * metres) },
    ],
    width,
    height,
    sizeMetres: [edgeNm * 1e-9, (edgeNm * 1e-9 * height) / width],
    completedRows: height,
    scanDirection: "unknown",
    metadata: {},
    history: [],
  };
}

/** The three scans with masks. One mask was drawn on a doubled scan. */
export function maskedScans(): MaskedScan[] {
  return masked.map(([name, scanFile, maskFile, nm, metres, published]) => {
    const scan = asScan(name, scanFile, nm, metres);
    const drawn = numbers(maskFile);
    const factor = drawn.width / scan.width;
    const mask = Uint8Array.from({ length: scan.width * scan.height }, (_, i) => {
      const [x, y] = [i % scan.width, Math.floor(i / scan.width)];
      let count = 0;
      for (let v = 0; v < factor; v++)
        for (let u = 0; u < factor; u++)
          count += drawn.data[(y * factor + v) * drawn.width + x * factor + u];
      return count >= (factor * factor) / 2 ? 1 : 0;
    });
    return { name, scan, mask, published };
  });
}

/** The TiO2(110) scan of 20 nm without a mask; its heights have no unit. */
export async function dioxideScan(): Promise<Scan> {
  const file = path.join(dataFolder(), "stm", "tio2_m63_scan_16bit.png");
  const read = await readScan(file, { nmPerPixel: 1, unit: "m" });
  const [channel] = read.channels;
  const [low, high] = [channel.data.reduce((a, b) => Math.min(a, b)), channel.data.reduce((a, b) => Math.max(a, b))]; // prettier-ignore
  const data = channel.data.map((value) => ((value - low) / (high - low)) * 1e-10);
  return { ...read, name: "tio2_m63", channels: [{ ...channel, name: "Z", data }], sizeMetres: [20e-9, (20e-9 * read.height) / read.width] }; // prettier-ignore
}

/** All scans of surfaces in the folder, with a name for each; files that cannot be read are passed over with a word. */
export async function allScans(): Promise<Scan[]> {
  const found: Scan[] = [
    ...masked.map(([, file, , nm, metres]) => asScan(file, file, nm, metres)),
    ...unmasked.map(([file, nm, metres]) => asScan(file, file, nm, metres)),
    await dioxideScan(),
  ];
  const spm = path.join(dataFolder(), "spm");
  for (const kind of ["sxm", "createc", "gwy", "gsf", "sm4", "mtrx"]) {
    const folder = path.join(spm, kind);
    if (!fs.existsSync(folder)) continue;
    for (const entry of fs.readdirSync(folder, { recursive: true }) as string[]) {
      const file = path.join(folder, entry);
      if (!fs.statSync(file).isFile() || entry.startsWith("synth")) continue;
      try {
        // One file has no unit of length.
        const scans = await readScans(file, entry === "test.gwy" ? { nmPerPixel: 0.1 } : {});
        scans.forEach((scan, i) => found.push({ ...scan, name: scans.length > 1 ? `${entry} ${i + 1}` : entry })); // prettier-ignore
      } catch (error) {
        console.log(`${entry} is passed over: ${(error as Error).message}`);
      }
    }
  }
  return found;
}
