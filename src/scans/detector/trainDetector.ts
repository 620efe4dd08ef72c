import { setImmediate } from "node:timers/promises";
import { checkInteger, StoppedError, type Progress } from "../../core";
import { calibrate } from "./calibrate";
import type { Detector } from "./detector";
import { crystalExample, textureExample, type Example } from "./example";
import { trainNetwork } from "./trainNetwork";

/** How a detector is trained. */
export interface TrainDetectorOptions {
  /** @default 1 */
  readonly seed?: number;
  /** Batches of eight parts of pictures. @default 6000 */
  readonly steps?: number;
  /** Pictures of made-up textures, which carry over to surfaces that nobody simulated. @default 1500 */
  readonly textures?: number;
  /** Simulated scans of crystals. @default 800 */
  readonly crystals?: number;
  /** Further pictures of both kinds, each this many, from which scores get their chances. @default 200 */
  readonly calibration?: number;
}

/** Pictures for the calibration have seeds of their own, far from those of any training. */
const calibrationSeed = 500_000_000;
const seedsEach = 1_000_000;

/**
 * Trains what finds features: draws textures and simulates scans whose defects are known, trains a small U-Net on them, and calibrates
 * its scores on others. The same seed gives the same detector on the same machine.
 * @throws InputError if an option is out of range
 * @throws StoppedError if `on.signal` says so
 */
export async function trainDetector(
  { seed = 1, steps = 6000, textures = 1500, crystals = 800, calibration = 200 }: TrainDetectorOptions = {}, // prettier-ignore
  on: Progress = {},
): Promise<Detector> {
  checkInteger("seed", seed, { min: 0, max: 400 });
  checkInteger("steps", steps, { min: 1 });
  checkInteger("textures", textures, { min: 1, max: seedsEach / 2 });
  checkInteger("crystals", crystals, { min: 0, max: seedsEach / 2 });
  checkInteger("calibration", calibration, { min: 1, max: seedsEach / 2 });
  const first = seed * seedsEach;
  const examples = await makeExamples([first, textures], [first + seedsEach / 2, crystals], on);
  const network = await trainNetwork(examples, textures, { seed, steps }, on);
  const others = await makeExamples(
    [calibrationSeed, calibration],
    [calibrationSeed, calibration],
    on,
  );
  const madeWith = { seed, steps, textures, crystals, calibration };
  return {
    network,
    calibration: calibrate(network, others),
    madeWith: Object.fromEntries(Object.entries(madeWith).map(([name, value]) => [name, String(value)])), // prettier-ignore
  };
}

/** First seed and number. */
type Seeds = readonly [first: number, count: number];

/** Textures, then crystals. */
async function makeExamples(textures: Seeds, crystals: Seeds, on: Progress): Promise<Example[]> {
  const total = textures[1] + crystals[1];
  const examples: Example[] = [];
  for (let i = 0; i < total; i++) {
    if (on.signal?.aborted === true) throw new StoppedError();
    const texture = i < textures[1];
    examples.push(texture ? textureExample(textures[0] + i) : crystalExample(crystals[0] + i - textures[1])); // prettier-ignore
    on.report?.({ task: "Pictures", done: i + 1, total, unit: "picture" });
    // So that a stop is heard.
    await setImmediate();
  }
  return examples;
}
