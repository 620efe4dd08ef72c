/**
 * How finding fares on simulated scans whose truth is known: false alarms on clean ones, calibration, steps, dirt, gaps.
 * Their seeds are none that the detector was trained on.
 */
import { defined, createRng, type Scan } from "../../src/core";
import { detect, type DetectOptions } from "../../src/scans";
import {
  instruments,
  scan,
  surfaceNames,
  type InstrumentName,
  type ScanOptions,
} from "../../src/simulate";
import { agreement, pooled, type Agreement } from "./agreement";
import { simulatedTruth, type AlongSteps, type TruthScan } from "./simulatedTruth";

const names = ["ideal", "cold", "usual", "poor"] as const satisfies readonly InstrumentName[];
const each = 4;
/** Far from the seeds of training. */
const firstSeed = 70_000_000;

const shared: ScanOptions = { pixels: 192, nmPerPixel: 0.12, variety: "measured", separationNm: 0.8, marginNm: 0 }; // prettier-ignore

/** Features told on surfaces without any defect, for each 100 nm^2. */
export function falseAlarms(sensitivities: readonly number[] = [0.3, 0.5, 0.7]): void {
  console.log("\nfalse alarms per 100 nm^2 on clean simulated scans, at sensitivity", sensitivities.join(", ")); // prettier-ignore
  for (const instrument of names) {
    const counts = sensitivities.map(() => 0);
    let area = 0;
    forEachSurface((surface, seed) => {
      const { observed } = scan({ ...shared, surface, seed, instrument, defects: {}, density: 0 });
      area += observed.sizeMetres[0] * observed.sizeMetres[1] * 1e18;
      // What is told at a lower sensitivity is told at a higher one too.
      const { features } = detect(observed, { sensitivity: Math.max(...sensitivities) });
      sensitivities.forEach((sensitivity, i) => {
        counts[i] += features.filter(({ score }) => score >= 1 - sensitivity).length;
      });
    });
    const rates = counts.map((count) => ((100 * count) / area).toFixed(2).padStart(6));
    console.log(`  ${instrument.padEnd(6)}`, rates.join(" "), `  ${area.toFixed(0)} nm^2`);
  }
}

function forEachSurface(
  visit: (surface: (typeof surfaceNames)[number], seed: number) => void,
): void {
  // prettier-ignore
  surfaceNames.forEach((surface, s) => {
    for (let n = 0; n < each; n++) visit(surface, firstSeed + 100 * s + n);
  });
}

/** Of the features told with a chance, how many are real. */
export function calibration(): void {
  console.log("\ncalibration on simulated scans: mean score, share that is real, features");
  const told: { readonly score: number; readonly real: boolean }[] = [];
  for (const instrument of ["cold", "usual", "poor"] as const)
    forEachSurface((surface, seed) => {
      const density = Math.exp(createRng(seed).fork("density").between(Math.log(0.04), Math.log(0.4))); // prettier-ignore
      const made = simulatedTruth({ ...shared, surface, seed: seed + 50, instrument, density });
      const { features, mask } = detect(made.scan, { sensitivity: 1 });
      const real = new Set<number>();
      mask.forEach((feature, i) => {
        if (feature > 0 && (made.truth[i] > 0 || made.faint[i] > 0)) real.add(feature);
      });
      features.forEach(({ score }, k) => told.push({ score, real: real.has(k + 1) }));
    });
  for (let bin = 0; bin < 10; bin++) {
    const inside = told.filter(({ score }) => Math.min(9, Math.floor(10 * score)) === bin);
    const mean = (of: (t: (typeof told)[number]) => number): string =>
      (inside.reduce((sum, t) => sum + of(t), 0) / Math.max(1, inside.length)).toFixed(2);
    console.log(`  ${(bin / 10).toFixed(1)} to ${((bin + 1) / 10).toFixed(1)}:`, mean(({ score }) => score), mean(({ real }) => Number(real)), inside.length); // prettier-ignore
  }
  const sure = told.filter(({ score }) => score >= 0.9);
  const share = sure.filter(({ real }) => real).length / Math.max(1, sure.length);
  console.log(`  told at 0.9 or more: ${(100 * share).toFixed(1)} % of ${sure.length} are real`);
}

/** What becomes of finding when a surface is stepped, dirty, tilted, or has gaps. */
export function conditions(): void {
  console.log("\nF1 on simulated scans (precision, recall), all surfaces, usual instrument");
  const usual = instruments.usual;
  const dirty = { ...usual, scars: [3, 5], glitches: [8, 15], lineWalkPm: [2, 4], tipChanges: 0 } as const; // prettier-ignore
  const still = { ...usual, tipChanges: 0 };
  const flat = { ...shared, instrument: still, density: 0.12 };
  const three = { ...flat, steps: [3, 3], fromStepsNm: 0.8 } as const;
  const rows: Readonly<
    Record<
      string,
      readonly [ScanOptions, (made: TruthScan, seed: number) => TruthScan, AlongSteps?]
    >
  > = {
    flat: [flat, (made) => made],
    "one step": [{ ...flat, steps: [1, 1], fromStepsNm: 0.8 }, (made) => made],
    "three steps": [three, (made) => made],
    // Adsorbates and missing atoms along steps look like those elsewhere. Above they may be found or not; here they may not, must, are not there.
    "three steps, atoms along them none": [three, (made) => made, "step"],
    "three steps, atoms along them defects": [three, (made) => made, "defects"],
    "three steps without atoms along them": [{ ...three, bareSteps: true }, (made) => made],
    "flat, textbook": [{ ...flat, variety: "textbook" }, (made) => made],
    "three bare steps, textbook": [{ ...flat, variety: "textbook", steps: [3, 3], fromStepsNm: 0.8 }, (made) => made], // prettier-ignore
    "tilted by 3 degrees": [{ ...flat, instrument: { ...still, tiltDegrees: [3, 3] } }, (made) => made], // prettier-ignore
    "scars, glitches, walking lines": [{ ...flat, instrument: dirty }, (made) => made],
    "a tall particle": [flat, (made) => changed(made, tallParticle)],
    "30 % of the rows missing": [flat, (made, seed) => changed(made, missingRows(seed, 0.3))],
    "the last 30 % of the rows missing": [flat, (made) => changed(made, lastRows(0.3), false)],
    "2 % of the pixels missing": [flat, (made, seed) => changed(made, missingPixels(seed, 0.02))],
  };
  for (const [name, [options, change, alongSteps]] of Object.entries(rows)) {
    const list: Agreement[] = [];
    forEachSurface((surface, seed) => {
      const made = change(
        simulatedTruth({ ...options, surface, seed: seed + 70 }, defined({ alongSteps })),
        seed,
      );
      list.push(agreement(detect(made.scan), made.truth, made.faint));
    });
    const { f1, precision, recall } = pooled(list);
    console.log(`  ${name.padEnd(38)} ${f1.toFixed(3)}  (${precision.toFixed(2)}, ${recall.toFixed(2)})`); // prettier-ignore
  }
}

type Change = (data: Float64Array, width: number) => Float64Array;

/**
 * The same scan with other heights. Gaps within a defect part it, and its parts count as one where `whole`; else what is not
 * measured is no truth.
 */
function changed({ scan: made, truth, faint }: TruthScan, change: Change, whole = true): TruthScan {
  const [channel] = made.channels;
  const data = change(channel.data, made.width);
  const kept = (mask: Uint8Array): Uint8Array => mask.map((value, i) => (Number.isNaN(data[i]) ? 0 : value)); // prettier-ignore
  const next: Scan = { ...made, channels: [{ ...channel, data }] };
  return { scan: next, truth: whole ? truth : kept(truth), faint: kept(faint) };
}

const tallParticle: Change = (data, width) =>
  data.map((value, i) => value + 2e-8 * Math.exp(-(((i % width) - 40) ** 2 + (Math.floor(i / width) - 40) ** 2) / 50)); // prettier-ignore

const missingRows =
  (seed: number, share: number): Change =>
  (data, width) => {
    const rng = createRng(seed).fork("rows");
    const gone = Array.from({ length: data.length / width }, () => rng.uniform() < share);
    return data.map((value, i) => (gone[Math.floor(i / width)] ? NaN : value));
  };

const lastRows =
  (share: number): Change =>
  (data) =>
    data.map((value, i) => (i >= (1 - share) * data.length ? NaN : value));

const missingPixels =
  (seed: number, share: number): Change =>
  (data) => {
    const rng = createRng(seed).fork("pixels");
    return data.map((value) => (rng.uniform() < share ? NaN : value));
  };

/** How finding changes with its settings, all surfaces. */
export function settings(): void {
  console.log("\nF1 on simulated scans at other settings");
  const options: readonly DetectOptions[] = [{}, { sensitivity: 0.3 }, { sensitivity: 0.7 }, { extent: 0.4 }, { extent: 0.8 }, { traces: "both" }, { method: "threshold" }]; // prettier-ignore
  for (const how of options) {
    const list: Agreement[] = [];
    for (const instrument of ["usual", "poor"] as const)
      forEachSurface((surface, seed) => {
        const made = simulatedTruth({ ...shared, surface, seed: seed + 90, instrument, density: 0.12 }); // prettier-ignore
        list.push(agreement(detect(made.scan, how), made.truth, made.faint));
      });
    const { f1, precision, recall, dice } = pooled(list);
    console.log(`  ${JSON.stringify(how).padEnd(26)} ${f1.toFixed(3)}  (${precision.toFixed(2)}, ${recall.toFixed(2)})  Dice ${dice.toFixed(3)}`); // prettier-ignore
  }
}
