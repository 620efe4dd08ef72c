/**
 * How well features are found on the real scans, beside the masks of their authors, and how fast:
 *
 *   node --import tsx test/bench/detection.ts [--pictures FOLDER]
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { readNpy } from "../../src/formats";
import { createRng, type Scan } from "../../src/core";
import { detect, segment, type Click, type Detection, type DetectOptions } from "../../src/scans";

interface Case {
  readonly name: string;
  readonly scan: Scan;
  readonly mask: Uint8Array;
  /** Dice of the network that was published with the masks. */
  readonly published: number;
}

/** Name, file, mask, edge in nm, metres a unit, published Dice. */
const files = [
  ["Si(001):H", "si001_gloucester_scan", "si001_gloucester_mask", 100, 1e-12, 0.52],
  ["Ge(001)", "ge001_29_4_forward", "ge001_29_4_mask", 50, 1e-9, 0.78],
  ["TiO2(110)", "tio2_m70_scan", "tio2_m70_mask", 10, 1e-10, 0.91],
] as const;

function numbers(file: string): Float64Array {
  return Float64Array.from(readNpy(fs.readFileSync(file)).data as ArrayLike<number>);
}

export function realCases(folder: string): Case[] {
  return files.map(([name, scanFile, maskFile, nm, metres, published]) => {
    const data = numbers(path.join(folder, `${scanFile}.npy`)).map((value) => value * metres);
    const drawn = numbers(path.join(folder, `${maskFile}.npy`));
    const size = Math.sqrt(data.length);
    const factor = Math.sqrt(drawn.length) / size;
    // One mask was drawn on a doubled scan.
    const mask = Uint8Array.from(data, (_, i) => {
      let count = 0;
      for (let v = 0; v < factor; v++)
        for (let u = 0; u < factor; u++)
          count +=
            drawn[(Math.floor(i / size) * factor + v) * size * factor + (i % size) * factor + u];
      return count >= (factor * factor) / 2 ? 1 : 0;
    });
    const scan: Scan = {
      name,
      channels: [{ name: "Z", unit: "m", direction: "forward", data }],
      width: size,
      height: size,
      sizeMetres: [nm * 1e-9, nm * 1e-9],
      completedRows: size,
      scanDirection: "unknown",
      metadata: {},
      history: [],
    };
    return { name, scan, mask, published };
  });
}

/** 2 |A and B| / (|A| + |B|). */
export function dice(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [both, sum] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const [inA, inB] = [a[i] > 0, b[i] > 0];
    if (inA && inB) both++;
    sum += Number(inA) + Number(inB);
  }
  return sum === 0 ? 1 : (2 * both) / sum;
}

/** Numbers the connected parts of a mask (with diagonals). */
export function parts(mask: ArrayLike<number>, width: number): Int32Array {
  const label = new Int32Array(mask.length);
  let count = 0;
  for (let start = 0; start < mask.length; start++) {
    if (!(mask[start] > 0) || label[start] > 0) continue;
    label[start] = ++count;
    const waiting = [start];
    for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
      const x = i % width;
      for (let v = -1; v <= 1; v++)
        for (let u = -1; u <= 1; u++) {
          const j = i + v * width + u;
          if (x + u < 0 || x + u >= width || j < 0 || j >= mask.length) continue;
          if (mask[j] > 0 && label[j] === 0) {
            label[j] = count;
            waiting.push(j);
          }
        }
    }
  }
  return label;
}

export interface Agreement {
  readonly dice: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly found: number;
  readonly drawn: number;
}

/** A feature is found if it overlaps a drawn one, and the other way round. */
export function agreement(found: Detection, mask: Uint8Array): Agreement {
  const drawn = parts(mask, found.width);
  const hitDrawn = new Set<number>();
  const hitFound = new Set<number>();
  found.mask.forEach((feature, i) => {
    if (feature === 0 || drawn[i] === 0) return;
    hitDrawn.add(drawn[i]);
    hitFound.add(feature);
  });
  const count = drawn.reduce((most, label) => Math.max(most, label), 0);
  const precision = hitFound.size / Math.max(1, found.features.length);
  const recall = hitDrawn.size / Math.max(1, count);
  const f1 = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
  return {
    dice: dice(found.mask, mask),
    precision,
    recall,
    f1,
    found: found.features.length,
    drawn: count,
  };
}

export function dataFolder(): string {
  return path.join(
    process.env["FEWSCOPE_DATA"] ?? path.join(__dirname, "..", "..", "..", "shared", "data"),
    "stm",
  );
}

/** Five clicks on what is drawn, five beside it. */
function drawClicks(scan: Scan, mask: Uint8Array, seed: number): Click[] {
  const rng = createRng(seed);
  const nm = (scan.sizeMetres[0] * 1e9) / scan.width;
  return [1, 0].flatMap((side) => {
    const pixels = [...mask.keys()].filter((i) => mask[i] === side);
    return Array.from({ length: 5 }, () => {
      const i = pixels[rng.integer(pixels.length)];
      return {
        xNm: ((i % scan.width) + 0.5) * nm,
        yNm: (Math.floor(i / scan.width) + 0.5) * nm,
        defect: side === 1,
      };
    });
  });
}

function main(): void {
  const options = JSON.parse(process.env["DETECT"] ?? "{}") as DetectOptions;
  console.log("scan        Dice   U-Net  F1    precision recall  found drawn  ms");
  for (const { name, scan, mask, published } of realCases(dataFolder())) {
    detect(scan, options);
    const from = performance.now();
    const found = detect(scan, options);
    const ms = performance.now() - from;
    const a = agreement(found, mask);
    const cells = [a.dice, published, a.f1, a.precision, a.recall].map((v) => v.toFixed(3));
    console.log(name.padEnd(11), cells.join("  "), a.found, a.drawn, ms.toFixed(0));
  }
  console.log("\nten clicks, 20 draws: mean Dice, its spread, U-Net, ms");
  for (const { name, scan, mask, published } of realCases(dataFolder())) {
    let milliseconds = 0;
    const scores = Array.from({ length: 20 }, (_, seed) => {
      const clicks = drawClicks(scan, mask, seed + 1);
      const from = performance.now();
      const marked = segment(scan, clicks);
      milliseconds = performance.now() - from;
      return dice(marked.mask, mask);
    });
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const spread = Math.sqrt(scores.reduce((sum, s) => sum + (s - mean) ** 2, 0) / 19);
    const cells = [mean, spread, published].map((v) => v.toFixed(3));
    console.log(name.padEnd(11), cells.join("  "), milliseconds.toFixed(0));
  }
}

if (require.main === module) main();
