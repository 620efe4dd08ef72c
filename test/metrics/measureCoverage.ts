import { createRng, type Rng } from "../../src/core";
import {
  areaInterval,
  areaUnderCurve,
  bootstrapInterval,
  compareMethods,
  intervalOverDraws,
  labelEquivalence,
  labelPoints,
  labelSavings,
  labelsToTarget,
  type Bounded,
  type LabelsToTarget,
} from "../../src/metrics";
import { simulatedStudy, type TrueCurve } from "./simulatedStudy";

/** Budgets of every simulated study. */
export const budgets = [1, 2, 5, 10, 20, 50];

/** The baseline's true curve; the method needs a third of its labels. */
export const shapes: Readonly<Record<string, TrueCurve>> = {
  "power law": (n) => 0.92 - 0.6 * n ** -0.5,
  logarithm: (n) => 0.3 + 0.13 * Math.log(n),
  sigmoid: (n) => 0.25 + 0.65 / (1 + (8 / n) ** 1.3),
  "early plateau": (n) => 0.85 - 0.45 * n ** -1.2,
};

const saved = 3;

/** How the draws of a simulated study share pretrainings. */
export interface CoverageSetting {
  readonly name: string;
  /** Standard deviation between pretrainings of the method; the baseline has none. */
  readonly offset: number;
  readonly pretrainings: (draws: number) => number;
}

/** With and without an offset of two points a pretraining. */
export const settings: readonly CoverageSetting[] = [
  { name: "no offset", offset: 0, pretrainings: () => 1 },
  { name: "2 points, own pretraining a draw", offset: 0.02, pretrainings: (draws) => draws },
  { name: "2 points, one pretraining for all", offset: 0.02, pretrainings: () => 1 },
];

/** Share of repeats in which an interval held the truth, by interval. */
export type Coverage = Readonly<Record<string, number>>;

/** What is simulated. */
export interface CoverageOptions {
  readonly curve: TrueCurve;
  readonly draws: number;
  readonly setting: CoverageSetting;
  readonly repeats: number;
  readonly rng: Rng;
}

/** Simulates studies of two methods and counts how often each interval holds what is true. */
export function measureCoverage(options: CoverageOptions): Coverage {
  const { curve, draws, setting, repeats, rng } = options;
  const method: TrueCurve = (n) => curve(saved * n);
  const held = new Map<string, number[]>();
  const note = (name: string, holds: boolean): void => {
    const list = held.get(name) ?? [];
    held.set(name, list);
    list.push(holds ? 1 : 0);
  };
  const inside = ({ low, high }: { low: number; high: number }, truth: number): boolean =>
    low <= truth && truth <= high;
  for (let i = 0; i < repeats; i++) {
    const results = simulatedStudy({
      methods: { curve, method },
      labels: budgets,
      draws,
      offset: setting.offset,
      pretrainings: setting.pretrainings(draws),
      unpretrained: ["curve"],
      rng,
    });
    const baseline = labelPoints(results, { method: "curve" });
    const own = labelPoints(results, { method: "method" });
    const five = own.filter((point) => point.labels === 5);
    note("mean", inside(intervalOverDraws(five), method(5)));
    if (draws > 3) {
      const resampled = bootstrapInterval(five.map((point) => point.value), { rng, resamples: 999 }); // prettier-ignore
      note("mean, bootstrap", inside(resampled, method(5)));
    }
    const difference = compareMethods(results, { against: "curve" }).find(({ at }) => at === 5);
    if (difference !== undefined)
      note("paired difference", inside(difference, method(5) - curve(5)));
    const area = areaUnderCurve(budgets.map((labels) => ({ labels, draw: 0, value: method(labels) }))); // prettier-ignore
    note("area under the curve", inside(areaInterval(own), area));
    const savings = labelSavings({ baseline, method: own });
    const truth = labelsFor(method, curve(savings.baseline.labels));
    if (savings.interval !== undefined) {
      note("savings", holds(savings.interval, ratio(savings.baseline.labels, truth)));
      const curved = savings.baseline.labels / saved;
      if (curved >= budgets[0]) note("savings, curved truth", inside(savings.interval, saved));
    }
    labelEquivalence({ baseline, method: own }).forEach(({ labels, interval }) => {
      const worth = labelsFor(curve, method(labels));
      if (interval !== undefined && worth.status === "reached")
        note("what a label is worth", inside(interval, worth.labels / labels));
    });
  }
  return Object.fromEntries(
    [...held].map(([name, list]) => [name, list.reduce((sum, one) => sum + one, 0) / list.length]),
  );
}

/** True labels for a score, straight in log labels between budgets, as the savings are defined. */
const labelsFor = (curve: TrueCurve, score: number): LabelsToTarget =>
  labelsToTarget({ labels: budgets, values: budgets.map(curve) }, score);

const ratio = (baseline: number, { status, labels }: LabelsToTarget): Bounded => ({
  value: baseline / labels,
  bound: status === "reached" ? "exact" : status === "atFirstBudget" ? "atLeast" : "atMost",
});

/** A truth beyond the budgets is held by an interval that is open there. */
function holds(
  { low, high }: { readonly low: number; readonly high: number },
  { value, bound }: Bounded,
): boolean {
  if (bound === "atLeast") return high === Infinity;
  if (bound === "atMost") return low === 0;
  return low <= value && value <= high;
}

/** Generator of one cell of the table, so that cells do not depend on each other. */
export const cellRng = (seed: number, shape: string, draws: number, setting: string): Rng =>
  createRng(seed).fork(shape).fork(String(draws)).fork(setting);
