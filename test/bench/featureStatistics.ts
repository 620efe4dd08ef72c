/**
 * What is found on the four real scans of surfaces that are simulated too, beside what is found, with the same settings, on simulated
 * scans of the same frame: the simulator as papers describe each defect ("textbook"), and as real samples show them ("measured").
 *
 *   node --import tsx test/bench/featureStatistics.ts ["Si(001):H"] ["Ge(001)"] ["TiO2(110)"] [tio2_m63]
 *
 * Heights are in deviations of the clean surface (noise and lattice), since two of the scans have no unit.
 */
import type { Scan } from "../../src/core";
import { detect, type Feature } from "../../src/scans";
import { searchRelief } from "../../src/scans/searchRelief";
import { scan, type ScanOptions } from "../../src/simulate";
import { dioxideScan, maskedScans } from "./realScans";

/** How each scan is simulated: the same frame and pixels; as many defects as are found on the real one. */
const likeness: Readonly<Record<string, ScanOptions>> = {
  "Si(001):H": { surface: "H:Si(001)", pixels: 512, nmPerPixel: 0.195, steps: [4, 4], density: 0.1, instrument: "cold" },
  "Ge(001)": { surface: "Ge(001)", pixels: 256, nmPerPixel: 0.195, density: 0.04, instrument: "usual" },
  "TiO2(110)": { surface: "TiO2(110)", pixels: 512, nmPerPixel: 0.02, density: 0.6, instrument: "cold", rowDegrees: [85, 95] },
  tio2_m63: { surface: "TiO2(110)", pixels: 512, nmPerPixel: 0.039, density: 0.6, instrument: "cold", rowDegrees: [85, 95] },
}; // prettier-ignore

interface Numbers {
  readonly perNm2: number;
  readonly bright: number;
  readonly height: readonly number[];
  readonly width: readonly number[];
  readonly neighbour: readonly number[];
}

function numbersOf(measured: Scan): Numbers {
  const [x, y] = measured.sizeMetres.map((metres) => metres * 1e9);
  const { features } = detect(measured);
  const [channel] = measured.channels;
  const { sigma } = searchRelief(channel.data, measured.width, [x / measured.width, y / measured.height]); // prettier-ignore
  return {
    perNm2: features.length / (x * y),
    bright: features.filter(({ polarity }) => polarity === "bright").length / features.length,
    height: quartiles(features.map(({ height }) => Math.abs(height) / sigma)),
    // The edge of a square of the same area.
    width: quartiles(features.map(({ areaNm2 }) => Math.sqrt(areaNm2))),
    neighbour: quartiles(features.map((feature) => nearest(feature, features))),
  };
}

function nearest(of: Feature, all: readonly Feature[]): number {
  return all.reduce((least, other) => other === of ? least : Math.min(least, Math.hypot(other.xNm - of.xNm, other.yNm - of.yNm)), Infinity); // prettier-ignore
}

function quartiles(values: readonly number[]): number[] {
  const order = [...values].sort((a, b) => a - b);
  return [0.1, 0.5, 0.9].map((share) => order[Math.floor(share * (order.length - 1))]);
}

function print(name: string, { perNm2, bright, height, width, neighbour }: Numbers): void {
  const three = (values: readonly number[], digits: number): string => values.map((value) => (value ?? NaN).toFixed(digits)).join(" "); // prettier-ignore
  console.log(`  ${name.padEnd(20)} ${(100 * perNm2).toFixed(1).padStart(5)}  ${(100 * bright).toFixed(0).padStart(3)} %   ${three(height, 1).padEnd(14)} ${three(width, 2).padEnd(15)} ${three(neighbour, 2)}`); // prettier-ignore
}

/** How far the numbers of a simulated scan lie from those of the real one: mean size of the logarithm of their ratios. */
function apart(real: Numbers, made: Numbers): number {
  const pairs = [[real.perNm2, made.perNm2], ...(["height", "width", "neighbour"] as const).flatMap((name) => real[name].map((value, i) => [value, made[name][i]]))]; // prettier-ignore
  return pairs.reduce((sum, [a, b]) => sum + Math.abs(Math.log(b / a)), 0) / pairs.length;
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const all = [...maskedScans().map(({ scan: measured }) => measured), await dioxideScan()];
  const real = all.filter(({ name }) => words.length === 0 || words.includes(name));
  console.log("per 100 nm^2, bright; 10 %, 50 % and 90 % of: height (deviations), width (nm), nearest neighbour (nm)"); // prettier-ignore
  for (const measured of real) {
    console.log(measured.name);
    const numbers = numbersOf(measured);
    print("real", numbers);
    for (const variety of ["textbook", "measured"] as const) {
      const made = [1, 2, 3].map((seed) => numbersOf(scan({ seed, variety, separationNm: 0.5, marginNm: 0, fromStepsNm: 0.5, retrace: false, tip: { distanceNm: [0.6, 0.75], bluntNm: [0.2, 0.8] }, ...likeness[measured.name] }).observed)); // prettier-ignore
      made.forEach((one, i) => print(`${variety}, seed ${i + 1}`, one));
      const mean = made.reduce((sum, one) => sum + apart(numbers, one), 0) / made.length;
      console.log(`    off the real one by a factor of ${Math.exp(mean).toFixed(2)} in the mean`);
    }
  }
}

if (require.main === module) void main();
