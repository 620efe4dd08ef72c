import { labelsToTarget, type LabelsToTarget } from "./labelCurve";
import { labelsFor, scoreAt, type PairedDraws } from "./pairDraws";
import { aroundFactor, savingsFactor, type Bounded, type FactorInterval } from "./savingsFactor";

/** How many labels a method saves at one score. */
export interface LabelSavings {
  readonly target: number;
  readonly baseline: LabelsToTarget;
  readonly method: LabelsToTarget;
  /** Labels of the baseline for one label of the method: 4 means a quarter of the labels. */
  readonly factor: Bounded;
  /** Share of labels saved, 1 - method / baseline, at most 1; below 0 the method needs more. Same bound as `factor`. */
  readonly share: Bounded;
  /** Of the factor, over draws; left out for fewer than three, and where the baseline does not reach the score between its budgets. */
  readonly interval?: FactorInterval;
}

/** What a method saves at a score that the baseline has with some labels. */
export function savingsAt(
  { baseline, method, units }: PairedDraws,
  target: number,
  needed: LabelsToTarget,
  level: number,
): LabelSavings {
  const own = labelsToTarget(method.mean, target);
  const factor = savingsFactor(needed, own);
  const share = { value: 1 - 1 / factor.value, bound: factor.bound };
  const savings = { target, baseline: needed, method: own, factor, share };
  if (needed.status !== "reached") return savings;
  const scores = baseline.rows.map((row) => scoreAt(row, baseline.mean.labels, needed.labels));
  const range = labelsFor(method, scores, units, level);
  if (range === undefined) return savings;
  const inverse = { low: needed.labels / range.high, high: needed.labels / range.low };
  return { ...savings, interval: aroundFactor(inverse, factor, level) };
}

/** What a method saves at the score that the baseline has with one of its budgets. */
export function savingsAtBudget(pair: PairedDraws, budget: number, level: number): LabelSavings {
  const { labels, values } = pair.baseline.mean;
  const target = values[labels.indexOf(budget)];
  return savingsAt(pair, target, { status: "reached", labels: budget }, level);
}
