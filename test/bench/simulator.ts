/**
 * Numbers of the simulator beside what is known of real surfaces and instruments, and its speed:
 *
 *   node --import tsx test/bench/simulator.ts [--data FOLDER] [--speed] [--json]
 *
 * Heights and corrugations are expected within the ranges that each surface states, with their sources; noise beside the
 * same measure on real scans, where FOLDER has them (else the environment variable FEWSCOPE_DATA, else ../shared/data).
 * --speed times scans of 512 x 512 pixels with every effect, on one core; with --json only that, as a line of JSON.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Scan } from "../../src/core";
import { readNpy, readScan } from "../../src/formats";
import * as scans from "../../src/scans";
import {
  instruments,
  scan,
  surfaceNames,
  type BiasState,
  type ScanOptions,
} from "../../src/simulate";
import { createLoop, follow } from "../../src/simulate/instrument/feedback";
import { findSurface } from "../../src/simulate/surfaces";
import { tell } from "./peer";

const ideal: ScanOptions = { instrument: "ideal", defects: {}, retrace: false };

const pm = ({ channels }: Scan): Float64Array => channels[0].data.map((metres) => metres * 1e12);

const short = (value: number, digits = 0): string => value.toFixed(digits);

function line(what: string, found: string, expected: string): void {
  console.log(`${what.padEnd(52)} ${found.padEnd(22)} ${expected}`);
}

function range(values: Iterable<number>): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return [low, high];
}

const spread = (values: readonly number[], digits = 0): string =>
  range(values)
    .map((value) => short(value, digits))
    .join(" to ");

/** Corrugations, heights of all classes, steps. */
function surfaceNumbers(): void {
  const seeds = [1, 2, 3];
  for (const surface of surfaceNames) {
    for (const bias of ["filled", "empty"] as const) {
      const model = modelOf(surface, bias);
      if (model === undefined) continue;
      const flat = seeds.map((seed) => pm(scan({ ...ideal, seed, surface, bias, pixels: 128 }).clean)); // prettier-ignore
      const title = `${surface}, ${bias}`;
      const corrugations = flat.map((z) => range(z)[1] - range(z)[0]);
      line(`${title}: corrugation, pm`, spread(corrugations), model.corrugationPm.join(" to "));
      for (const { name, heightPm } of model.defects) {
        const heights = seeds.flatMap((seed, n) => {
          const made = scan({ ...ideal, seed, surface, bias, pixels: 128, defects: { [name]: 8 } });
          return heightsAt(made, flat[n], heightPm[1] > 0);
        });
        line(`  ${name}, pm`, spread(heights), heightPm.join(" to "));
      }
    }
    const { stepHeight } = findSurface(surface);
    line(`${surface}: step, pm`, short(stepOf(surface), 1), short(100 * stepHeight));
  }
}

function modelOf(
  surface: (typeof surfaceNames)[number],
  bias: BiasState,
): ReturnType<typeof findSurface> | undefined {
  try {
    return findSurface(surface, bias);
  } catch {
    return undefined;
  }
}

/** The most striking change at each defect. */
function heightsAt(made: ReturnType<typeof scan>, flat: Float64Array, bright: boolean): number[] {
  const { width } = made.clean;
  const z = pm(made.clean);
  return made.defects.map(({ x, y }) => {
    const around: number[] = [];
    for (let row = Math.max(0, Math.ceil(y - 6)); row <= Math.min(width - 1, y + 6); row++) {
      for (let c = Math.max(0, Math.ceil(x - 6)); c <= Math.min(width - 1, x + 6); c++) {
        around.push(z[row * width + c] - flat[row * width + c]);
      }
    }
    return range(around)[bright ? 1 : 0];
  });
}

/** Difference of the medians of two terraces. */
function stepOf(surface: (typeof surfaceNames)[number]): number {
  const z = pm(scan({ ...ideal, seed: 4, surface, steps: [1, 1], pixels: 160 }).clean);
  const [low, high] = range(z);
  const middle = (low + high) / 2;
  const [upper, lower] = [z.filter((v) => v > middle), z.filter((v) => v <= middle)];
  return median(upper) - median(lower);
}

function median(values: Float64Array): number {
  return values.slice().sort()[values.length >> 1];
}

/** What `scans` measures of a simulated pair, and how the loop follows a step. */
function instrumentNumbers(): void {
  for (const nmPerMinute of [0.1, 0.4, 0.7]) {
    const still = instruments.ideal;
    const options: ScanOptions = { seed: 3, pixels: 192, defects: { phosphine: 16 } };
    const drift = { ...still, driftNmPerMinute: [nmPerMinute, nmPerMinute], lineSeconds: [0.2, 0.2] } as const; // prettier-ignore
    const down = scan({ ...options, instrument: drift });
    const up = scan({ ...options, instrument: { ...drift, scanDirection: "up", startSeconds: 76.8 } }); // prettier-ignore
    const found = scans.estimateDrift(scans.level(down.observed), scans.level(up.observed));
    const [x, y] = down.parameters.instrument.path.driftNmPerMinute;
    line(
      "drift recovered from a pair of scans, nm/min",
      `${short(found.xNmPerMinute, 3)}, ${short(found.yNmPerMinute, 3)}`,
      `${short(x, 3)}, ${short(y, 3)}`,
    );
  }
  const bowed = scan({
    seed: 3,
    pixels: 192,
    defects: { phosphine: 16 },
    instrument: { ...instruments.ideal, hysteresisPercent: [1, 1] },
  });
  line(
    "hysteresis recovered from trace and retrace, nm",
    short(scans.estimateHysteresis(bowed.observed), 3),
    short(0.01 * 192 * 0.12, 3),
  );
  // Lattice of 16 pixels: what a first-order loop leaves of it is 1 / sqrt(1 + (2 pi tau / 16)^2).
  for (const slow of [0.5, 1, 2, 4]) {
    const dwell = 1e-3;
    const loop = createLoop(
      { feedbackHz: 1 / (2 * Math.PI * slow * dwell), proportional: 0, amplifierHz: 1e6 },
      dwell,
      0,
    );
    const out = Float64Array.from({ length: 1600 }, (_, i) => Math.sin((2 * Math.PI * i) / 16));
    follow(loop, out, new Float64Array(out.length));
    const left = range(out.slice(800))[1];
    line(
      `lattice of 16 pixels through a loop of ${slow} pixels`,
      short(left, 2),
      short(1 / Math.hypot(1, (2 * Math.PI * slow) / 16), 2),
    );
  }
}

interface NoiseNumbers {
  /** From third differences along rows, in which slow things vanish. */
  readonly white: number;
  /** From what the medians of neighbouring rows' differences jump by. */
  readonly rows: number;
}

function noiseOf(measured: Scan): NoiseNumbers {
  const { width, completedRows } = measured;
  const z = pm(scans.level(measured));
  const thirds: number[] = [];
  const jumps: number[] = [];
  for (let row = 0; row < completedRows; row++) {
    for (let i = row * width; i + 3 < (row + 1) * width; i++) {
      thirds.push(Math.abs(z[i + 3] - 3 * z[i + 2] + 3 * z[i + 1] - z[i]));
    }
    if (row === 0) continue;
    const apart = z.slice(row * width, (row + 1) * width).map((v, i) => v - z[(row - 1) * width + i]); // prettier-ignore
    jumps.push(Math.abs(median(apart.filter((v) => !Number.isNaN(v)))));
  }
  const robust = (values: number[]): number =>
    1.4826 * median(Float64Array.from(values.filter((v) => !Number.isNaN(v))));
  return { white: robust(thirds) / Math.sqrt(20), rows: robust(jumps) / Math.SQRT2 };
}

/** The same two measures on simulated and on real scans; both see structure that is finer than a few pixels as well. */
async function noiseNumbers(folder: string): Promise<void> {
  for (const name of ["cold", "usual", "poor"] as const) {
    const all = [1, 2, 3, 4, 5, 6].map(
      (seed) =>
      noiseOf(scan({ seed, pixels: 256, nmPerPixel: 0.05, density: 0.02, instrument: name }).observed), // prettier-ignore
    );
    line(
      `noise of "${name}": along rows, pm`,
      spread(
        all.map(({ white }) => white),
        2,
      ),
      "",
    );
    line(
      `noise of "${name}": row against row, pm`,
      spread(
        all.map(({ rows }) => rows),
        2,
      ),
      "",
    );
  }
  for (const [file, real] of await realScans(folder)) {
    const { white, rows } = noiseOf(real);
    line(`real ${file}: along rows, row against row, pm`, `${short(white, 2)}, ${short(rows, 2)}`, ""); // prettier-ignore
  }
}

async function realScans(folder: string): Promise<[string, Scan][]> {
  const found: [string, Scan][] = [];
  const sxm = path.join(folder, "spm", "sxm");
  const names = fs.existsSync(sxm) ? fs.readdirSync(sxm) : [];
  for (const name of names.filter((file) => file.startsWith("STM") && file.endsWith(".sxm"))) {
    const read = await readScan(path.join(sxm, name));
    const z = read.channels.find(({ unit }) => unit === "m");
    if (z !== undefined) found.push([name, { ...read, channels: [z] }]);
  }
  const stm = path.join(folder, "stm");
  const arrays = fs.existsSync(stm) ? fs.readdirSync(stm) : [];
  for (const name of arrays.filter((file) =>
    /^(ge|si).*(brockley_scan|forward)\.npy$/.test(file),
  )) {
    const { data, shape } = readNpy(fs.readFileSync(path.join(stm, name)));
    // Heights of these scans are in nm; the other files there have no unit.
    const metres = Float64Array.from(data as Float64Array, (nm) => nm * 1e-9);
    found.push([name, asScan(name, metres, shape)]);
  }
  return found;
}

function asScan(name: string, data: Float64Array, [height, width]: readonly number[]): Scan {
  return {
    name,
    channels: [{ name: "Z", unit: "m", direction: "forward", data }],
    width,
    height,
    sizeMetres: [1e-7, 1e-7],
    completedRows: height,
    scanDirection: "unknown",
    metadata: {},
    history: [],
  };
}

const everything: ScanOptions = {
  surface: "Si(001)-2x1",
  pixels: 512,
  steps: [1, 1],
  density: 0.02,
  instrument: "poor",
  tip: { bluntNm: [1, 1], doubleChance: 1 },
};

/** Milliseconds of a scan, the median over seeds. */
function timeOf(options: ScanOptions): number {
  const times = [1, 2, 3, 4, 5, 6, 7].map((seed) => {
    const from = performance.now();
    scan({ ...options, seed });
    return performance.now() - from;
  });
  return median(Float64Array.from(times));
}

function speed(): void {
  const cores = os.cpus();
  console.log(`Node ${process.version}, ${cores.length} x ${cores[0].model}`);
  for (const [name, options] of Object.entries({
    "every effect": everything,
    "a usual instrument": { pixels: 512, density: 0.02, instrument: "usual" },
    "the surface alone": { ...ideal, pixels: 512, density: 0.02 },
  } satisfies Record<string, ScanOptions>)) {
    console.log(`512 x 512, ${name}: ${short(timeOf(options))} ms (median of 7 seeds)`);
  }
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  if (words.includes("--json")) return tell({ milliseconds: timeOf(everything) });
  if (words.includes("--speed")) return speed();
  const at = words.indexOf("--data");
  const folder =
    at < 0
      ? (process.env.FEWSCOPE_DATA ?? path.join(__dirname, "..", "..", "..", "shared", "data"))
      : words[at + 1];
  line("", "simulated", "expected");
  surfaceNumbers();
  instrumentNumbers();
  await noiseNumbers(folder);
}

void main();
