import * as fs from "node:fs";
import * as path from "node:path";
import type { Rng } from "../../src/core";
import { planLabels, type LabelPoint } from "../../src/metrics";
import { drawDeviation, drawnScores } from "./simulatedStudy";

/** A learning curve whose means and deviations between draws are known, on its own budgets. */
export interface KnownCurve {
  readonly mean: (labels: number) => number;
  readonly deviation: (labels: number) => number;
}

/** What is simulated. */
export interface PlannerOptions {
  /** The curve of each repeat. */
  readonly curve: (repeat: number) => KnownCurve;
  /** Budgets run so far. */
  readonly labels: readonly number[];
  /** Later budgets, at which the truth is known. */
  readonly later: readonly number[];
  readonly draws: number;
  readonly repeats: number;
  readonly rng: Rng;
}

/** How good forecasts of one later budget were. */
export interface PlannerCoverage {
  /** The later budget over the last one. */
  readonly ratio: number;
  /** Share of repeats in which the range held the true score. */
  readonly held: number;
  /** Share of repeats in which the range of labels for the true score held the true labels. */
  readonly heldLabels: number;
  /** Mean distance of the forecast, in [0,1]. */
  readonly miss: number;
  /** Mean of half the range, in [0,1]. */
  readonly halfWidth: number;
}

/** Plans labels on simulated draws of known curves, and counts how often its ranges hold the truth. */
export function measurePlanner(options: PlannerOptions): PlannerCoverage[] {
  const { curve, labels, later, draws, repeats, rng } = options;
  const rows = later.map(() => ({ held: 0, heldLabels: 0, miss: 0, halfWidth: 0 }));
  for (let repeat = 0; repeat < repeats; repeat++) {
    const { mean, deviation } = curve(repeat);
    const points = Array.from({ length: draws }, (_, draw): LabelPoint[] => {
      const deviates = drawnScores(labels, rng);
      return labels.map((n, k) => ({ labels: n, draw, value: mean(n) + deviation(n) * deviates[k] })); // prettier-ignore
    }).flat();
    later.forEach((wanted, i) => {
      const truth = mean(wanted);
      const { forecast, needed } = planLabels(points, { target: Math.min(0.9999, truth) });
      const { score, low, high } = forecast(wanted);
      // A score that is reached with fewer labels already may be so by luck, and the range says so.
      rows[i].held += low <= truth && truth <= high ? 1 : 0;
      rows[i].heldLabels += needed.low <= wanted && wanted <= needed.high ? 1 : 0;
      rows[i].miss += Math.abs(score - truth);
      rows[i].halfWidth += (high - low) / 2;
    });
  }
  const last = labels[labels.length - 1];
  return rows.map((row, i) => ({
    ratio: later[i] / last,
    held: row.held / repeats,
    heldLabels: row.heldLabels / repeats,
    miss: row.miss / repeats,
    halfWidth: row.halfWidth / repeats,
  }));
}

/** Curves that classifiers of scikit-learn really had, by test/fixtures/learningCurves.py; known at its budgets only. */
export function measuredCurves(): KnownCurve[] {
  const file = path.join(__dirname, "..", "fixtures", "learningCurves.json");
  const { budgets, curves } = JSON.parse(fs.readFileSync(file, "utf8")) as {
    budgets: number[];
    curves: { mean: number[]; deviation: number[] }[];
  };
  return curves.map(({ mean, deviation }) => ({
    mean: (labels) => mean[budgets.indexOf(labels)],
    deviation: (labels) => deviation[budgets.indexOf(labels)],
  }));
}

/**
 * A true curve of one of seven families: a power law, one that starts late, an exponential, a sigmoid, a stretched exponential, one that stalls and learns
 * again, and a logarithm that meets its floor.
 */
export function inventedCurve(rng: Rng): KnownCurve {
  const start = rng.between(0.5, 0.85);
  const logBetween = (low: number, high: number): number => Math.exp(rng.between(Math.log(low), Math.log(high))); // prettier-ignore
  const families: readonly (() => (n: number) => number)[] = [
    () => {
      const [a, c] = [rng.between(0, 0.25), rng.between(0.2, 1)];
      return (n) => a + (start - a) * n ** -c;
    },
    () => {
      const [a, d, c] = [rng.between(0, 0.2), rng.between(0, 10), rng.between(0.3, 1.2)];
      return (n) => a + (start - a) * ((n + d) / (1 + d)) ** -c;
    },
    () => {
      const [a, b] = [rng.between(0.02, 0.3), logBetween(0.02, 0.5)];
      return (n) => a + (start - a) * Math.exp(-b * (n - 1));
    },
    () => {
      const [a, half, d] = [rng.between(0, 0.25), logBetween(1, 40), rng.between(0.6, 1.6)];
      return (n) => a + ((start - a) * half) / (half + n ** d);
    },
    () => {
      const [a, b, d] = [rng.between(0, 0.25), logBetween(0.05, 0.8), rng.between(0.3, 0.9)];
      return (n) => a + (start - a) * Math.exp(-b * n ** d);
    },
    () => {
      const [a, share, half, c] = [rng.between(0, 0.15), rng.between(0.2, 0.6), logBetween(15, 80), rng.between(0.5, 1.2)]; // prettier-ignore
      const late = (n: number): number => 1 / (1 + (n / half) ** 1.5);
      return (n) => a + (start - a) * ((share * late(n)) / late(1) + (1 - share) * n ** -c);
    },
    () => {
      const [slope, floor] = [rng.between(0.05, 0.14), rng.between(0.05, 0.3)];
      const soft = (x: number): number => 0.02 * Math.log1p(Math.exp(x / 0.02));
      return (n) => floor + soft(start - slope * Math.log(n) - floor);
    },
  ];
  const error = families[rng.integer(families.length)]();
  return { mean: (labels) => 1 - error(labels), deviation: drawDeviation };
}
