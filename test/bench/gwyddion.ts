/**
 * Has Gwyddion itself open what fewscope writes, and what instruments wrote, and compares all numbers. Needs Gwyddion with
 * its headers, gcc, pkg-config and xvfb (Debian: gwyddion, libgwyddion20-dev, xvfb).
 *
 *   node --import tsx test/bench/gwyddion.ts [FILE...]
 *
 * Without files, a simulated scan with two channels, unmeasured rows and a mask. Ends with code 1 if anything differs.
 */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createRng, type Scan } from "../../src/core";
import { readScan, writeGsf, writeGwy, writeScanPng } from "../../src/formats";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-gwyddion-"));

function compile(): string {
  const words = ["--cflags", "--libs", "gwyddion"];
  const flags = execFileSync("pkg-config", words, { encoding: "utf8" }).trim().split(/\s+/);
  const program = path.join(folder, "dump");
  execFileSync("gcc", ["-w", "-o", program, path.join(__dirname, "gwyddionDump.c"), ...flags]);
  return program;
}

/** What Gwyddion sees of one image. */
interface Seen {
  readonly width: number;
  readonly height: number;
  readonly size: readonly [number, number];
  readonly units: readonly [xy: string, z: string];
  readonly title: string;
  readonly data: Float64Array;
  readonly mask?: Float64Array;
}

function openInGwyddion(program: string, file: string): Seen[] {
  const out = fs.mkdtempSync(path.join(folder, "seen-"));
  const text = execFileSync("xvfb-run", ["-a", program, file, out], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C.UTF-8", HOME: folder },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const values = (name: string): Float64Array => {
    const bytes = fs.readFileSync(path.join(out, name));
    return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  };
  return text
    .split("\n")
    .filter((line) => line.includes("\t"))
    .map((line) => {
      const [id, width, height, x, y, xy, z, masked, title] = line.split("\t");
      return {
        width: Number(width),
        height: Number(height),
        size: [Number(x), Number(y)] as const,
        units: [xy, z] as const,
        title,
        data: values(`${id}.f64`),
        ...(masked === "1" ? { mask: values(`${id}.mask`) } : {}),
      };
    });
}

/** A scan with what is easily lost: two units, rows that were not measured, oblong pixels, signs in the header. */
function madeScan(): Scan {
  const rng = createRng(1);
  const [width, height] = [48, 30];
  const plane = (scale: number): Float64Array =>
    Float64Array.from({ length: width * height }, (_, i) =>
      i < 3 * width ? NaN : scale * rng.normal(),
    );
  return {
    name: "made",
    channels: [
      { name: "Z", unit: "m", direction: "forward", data: plane(1e-10) },
      { name: "Z", unit: "m", direction: "backward", data: plane(1e-10) },
      { name: "Current", unit: "A", direction: "forward", data: plane(1e-11) },
    ],
    width,
    height,
    sizeMetres: [7.3e-9, 2.1e-9],
    completedRows: height - 3,
    scanDirection: "up",
    biasVolts: -1.25,
    metadata: { COMMENT: "T = 77 K, 1 µV\nsecond line" },
    history: [],
  };
}

/** Largest difference of measured values, as a share of their range; pixels that were not measured must not count. */
function difference(ours: Float64Array, theirs: Float64Array): number {
  let [most, low, high] = [0, Infinity, -Infinity];
  if (ours.length !== theirs.length) return Infinity;
  ours.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    most = Math.max(most, Math.abs(value - theirs[i]));
    [low, high] = [Math.min(low, value), Math.max(high, value)];
  });
  return most === 0 ? 0 : most / (high - low);
}

let failed = false;

function compare(what: string, scan: Scan, seen: readonly Seen[], allowed: number): void {
  scan.channels.slice(0, seen.length).forEach((channel, i) => {
    const { width, height, size, units, title, data, mask } = seen[i];
    const off = difference(channel.data, data);
    const gaps = channel.data.filter(Number.isNaN).length;
    const masked = mask === undefined ? 0 : mask.filter((value) => value > 0).length;
    const same =
      width === scan.width &&
      height === scan.height &&
      size.every((s, axis) => Math.abs(s / scan.sizeMetres[axis] - 1) < 1e-12) &&
      units[0] === "m" &&
      units[1] === channel.unit &&
      off <= allowed &&
      // A PNG has no place for a mask.
      (masked === gaps || what.endsWith("png"));
    failed ||= !same;
    const notes = gaps + masked > 0 ? `, ${gaps} not measured, ${masked} masked` : "";
    console.log(
      `${same ? "same" : "DIFFERENT"}  ${what}  "${title}" ${width} x ${height}, ${size.join(" x ")} ${units[0]}, ${units[1]}: off by ${off.toExponential(1)} of the range${notes}`,
    );
  });
  if (seen.length === 0) {
    failed = true;
    console.log(`DIFFERENT  ${what}: Gwyddion sees no image`);
  }
}

function compareItself(program: string, file: string, scan: Scan): void {
  let seen: Seen[];
  try {
    seen = openInGwyddion(program, file);
  } catch {
    console.log(`unknown    ${scan.name} itself: Gwyddion does not open it`);
    return;
  }
  compare(`${scan.name} itself`, scan, seen, 1e-6);
}

async function main(): Promise<void> {
  const program = compile();
  const files = process.argv.slice(2);
  const scans =
    files.length === 0 ? [madeScan()] : await Promise.all(files.map((f) => readScan(f)));
  for (const [i, scan] of scans.entries()) {
    const write = (name: string, bytes: Uint8Array): string => {
      const file = path.join(folder, name);
      fs.writeFileSync(file, bytes);
      return file;
    };
    const { name } = scan;
    const gwy = openInGwyddion(program, write(`${i}.gwy`, writeGwy(scan)));
    compare(`${name} as gwy`, scan, gwy, 0);
    const gsf = openInGwyddion(program, write(`${i}.gsf`, writeGsf(scan)));
    // Seven digits of what may be a small range on a large height.
    const { data } = scan.channels[0];
    const rounded = { ...scan.channels[0], data: data.map(Math.fround) };
    compare(`${name} as gsf`, { ...scan, channels: [rounded] }, gsf, 0);
    const png = openInGwyddion(program, write(`${i}.png`, await writeScanPng(scan)));
    compare(`${name} as png`, scan, png, 1 / 131000);
    if (files[i] !== undefined) compareItself(program, files[i], scan);
  }
  fs.rmSync(folder, { recursive: true });
  if (failed) process.exitCode = 1;
}

void main();
