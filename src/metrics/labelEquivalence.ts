import { checkNumber } from "../core";
import { labelsToTarget, type LabelPoint, type LabelsToTarget } from "./labelCurve";
import { labelsFor, pairDraws } from "./pairDraws";
import { aroundFactor, savingsFactor, type Bounded, type FactorInterval } from "./savingsFactor";

/** Two methods' trials, of the same draws. */
export interface LabelEquivalenceOptions {
  readonly baseline: readonly LabelPoint[];
  readonly method: readonly LabelPoint[];
  /** Confidence level of the intervals, in (0,1). @default 0.95 */
  readonly level?: number;
}

/** What one budget of the method is worth in labels of the baseline. */
export interface LabelEquivalent {
  /** Labels that the method was given. */
  readonly labels: number;
  /** Its score there, on the non-decreasing mean curve. */
  readonly value: number;
  /** Labels with which the baseline gets there. */
  readonly baseline: LabelsToTarget;
  /** Labels of the baseline for one of the method. */
  readonly factor: Bounded;
  /** Of the factor, over draws; left out for a single one. */
  readonly interval?: FactorInterval;
}

/**
 * Label equivalence: for each budget of the method, the labels with which the baseline reaches the same score, so that methods can be ranked at each budget.
 * Read off the same curves as `labelSavings`, with the same kind of interval, and bounded, not extrapolated, beyond the baseline's budgets.
 * @throws InputError if the methods' draws differ
 */
export function labelEquivalence(options: LabelEquivalenceOptions): LabelEquivalent[] {
  const { level = 0.95 } = options;
  checkNumber("level", level, { min: 0, max: 1 });
  const { baseline, method, units } = pairDraws(options.baseline, options.method);
  return method.mean.labels.map((labels, k) => {
    const value = method.mean.values[k];
    const matching = labelsToTarget(baseline.mean, value);
    const factor = savingsFactor(matching, { status: "reached", labels });
    const equivalent = { labels, value, baseline: matching, factor };
    const scores = method.rows.map((row) => row[k]);
    const range = labelsFor(baseline, scores, units, level);
    if (range === undefined) return equivalent;
    const scaled = { low: range.low / labels, high: range.high / labels };
    return { ...equivalent, interval: aroundFactor(scaled, factor, level) };
  });
}
