import { createRng, type Result, type Scan } from "../../src/core";
import { calibration, type Calibration } from "../../src/metrics";

/** Results of an invented study, whose curves rise to a level of their own. */
export function exampleResults(
  methods: readonly string[],
  budgets: readonly number[],
  draws: number,
): Result[] {
  const rng = createRng(3);
  return methods.flatMap((method, m) =>
    budgets.flatMap((labelsPerClass) =>
      Array.from({ length: labelsPerClass === 0 ? 1 : draws }, (_, draw) => {
        const labels = labelsPerClass === 0 ? 400 : labelsPerClass;
        const mean = 0.95 - 0.03 * m - (0.6 - 0.1 * (m % 4)) * labels ** -0.6;
        const score = Math.min(1, Math.max(0, mean + (0.04 * rng.normal()) / Math.sqrt(labels)));
        return {
          dataset: "stm-simulated-small",
          method,
          labelsPerClass,
          draw,
          seed: 1,
          accuracy: score,
          balancedAccuracy: score,
          macroF1: score,
          nTest: 500,
          labelsRead: 5 * labels,
        };
      }),
    ),
  );
}

/** A classifier of three classes that is right as often as it says for `sharpness` 1, and too sure above. */
export function exampleCalibration(sharpness: number): Calibration {
  const rng = createRng(9);
  const probabilities: number[] = [];
  const labels: number[] = [];
  for (let i = 0; i < 300; i++) {
    const scores = [rng.normal(), rng.normal(), rng.normal()].map((value) => 1.5 * value);
    const odds = (factor: number): number[] => {
      const exps = scores.map((value) => Math.exp(factor * value));
      return exps.map((value) => value / (exps[0] + exps[1] + exps[2]));
    };
    const [first, second] = odds(1);
    const drawn = rng.uniform();
    labels.push(drawn < first ? 0 : drawn < first + second ? 1 : 2);
    probabilities.push(...odds(sharpness));
  }
  return calibration(probabilities, labels);
}

/** A scan of 8 x 6 pixels on 2 x 1.5 nm; its last rows may be missing. */
export function exampleScan(missingRows = 0): Scan {
  const [width, height] = [8, 6];
  const plane = (phase: number): Float64Array =>
    Float64Array.from({ length: width * height }, (_, i) =>
      Math.floor(i / width) >= height - missingRows
        ? NaN
        : 1e-10 * Math.sin((i % width) + phase) + 2e-11 * Math.floor(i / width),
    );
  return {
    name: "example",
    channels: [
      { name: "Z", unit: "m", direction: "forward", data: plane(0) },
      { name: "Z", unit: "m", direction: "backward", data: plane(0.3) },
    ],
    width,
    height,
    sizeMetres: [2e-9, 1.5e-9],
    completedRows: height - missingRows,
    scanDirection: "down",
    metadata: {},
    history: [],
  };
}
