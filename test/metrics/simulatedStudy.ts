import type { Rng } from "../../src/core";
import type { ScoredResult } from "../../src/metrics";

/** Mean score by labels a class, in [0,1]: the truth of a simulated method. */
export type TrueCurve = (labels: number) => number;

/** A study whose truth is known. */
export interface SimulatedStudyOptions {
  readonly methods: Readonly<Record<string, TrueCurve>>;
  readonly labels: readonly number[];
  readonly draws: number;
  /** Standard deviation between pretrainings, the same at every budget; methods named in `unpretrained` have none. @default 0 */
  readonly offset?: number;
  /** Pretrainings that the draws take turns with. @default one for all */
  readonly pretrainings?: number;
  readonly unpretrained?: readonly string[];
  /** Times the usual deviation between draws. @default 1 */
  readonly noise?: number;
  readonly rng: Rng;
}

/** Standard deviation between draws at so many labels a class: 5 points at one label, 1.6 at 50, as in this project's studies. */
export const drawDeviation = (labels: number): number => 0.005 + 0.045 * labels ** -0.35;

/** How alike the luck of a draw is one doubling of labels apart: smaller budgets are parts of larger ones. */
const nested = 0.6;

/**
 * Results as a study gives them: in each draw 40 % of the variance are the same for all methods (which images were labelled), 30 % are the method's own along
 * the ladder, and 30 % are its training. Scores fall further below the mean than they rise above it.
 */
export function simulatedStudy(options: SimulatedStudyOptions): ScoredResult[] {
  const { methods, labels, draws, offset = 0, pretrainings = 1, unpretrained = [], rng } = options;
  const { noise = 1 } = options;
  const names = Object.keys(methods);
  const offsets = names.map((name) =>
    Array.from({ length: pretrainings }, () =>
      unpretrained.includes(name) ? 0 : offset * rng.normal(),
    ),
  );
  return Array.from({ length: draws }, (_, draw) => {
    const shared = luck(labels, rng);
    return names.flatMap((method, m) => {
      const own = luck(labels, rng);
      const pretraining = draw % pretrainings;
      return labels.map((labelsPerClass, k): ScoredResult => {
        const z = Math.sqrt(0.4) * shared[k] + Math.sqrt(0.3) * (own[k] + rng.normal());
        const mean = methods[method](labelsPerClass) + offsets[m][pretraining];
        const score = mean + noise * drawDeviation(labelsPerClass) * lopsided(z);
        return {
          dataset: "simulated",
          method,
          labelsPerClass,
          draw,
          seed: 1,
          accuracy: score,
          balancedAccuracy: score,
          macroF1: score,
          nTest: 1000,
          labelsRead: labelsPerClass,
          pretraining,
        };
      });
    });
  }).flat();
}

/** Deviates of one method's scores in one draw, of mean 0 and variance 1. */
export function drawnScores(labels: readonly number[], rng: Rng): number[] {
  const own = luck(labels, rng);
  return own.map((z) => lopsided(Math.sqrt(0.7) * z + Math.sqrt(0.3) * rng.normal()));
}

/** Normal deviates along a ladder, alike where budgets are near. */
function luck(labels: readonly number[], rng: Rng): number[] {
  let last = rng.normal();
  return labels.map((own, k) => {
    if (k === 0) return last;
    const rho = nested ** Math.log2(own / labels[k - 1]);
    last = rho * last + Math.sqrt(1 - rho * rho) * rng.normal();
    return last;
  });
}

const skew = 0.1;

/** A deviate of mean 0 and variance 1 with a long lower tail, of a normal one: a shifted log-normal of skewness -0.3, as in test/fixtures/learningCurves.py. */
function lopsided(z: number): number {
  const mean = Math.exp((skew * skew) / 2);
  return (mean - Math.exp(-skew * z)) / (mean * Math.sqrt(Math.exp(skew * skew) - 1));
}
