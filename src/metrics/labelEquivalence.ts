import { labelCurve, labelsToTarget, type LabelPoint, type LabelsToTarget } from "./labelCurve";
import { savingsFactor, type Bounded } from "./labelSavings";

/** Two methods' trials. */
export interface LabelEquivalenceOptions {
  readonly baseline: readonly LabelPoint[];
  readonly method: readonly LabelPoint[];
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
}

/**
 * Label equivalence: for each budget of the method, the labels with which the baseline reaches the same score. Read off the same
 * curves as `labelSavings`, and bounded, not extrapolated, beyond the baseline's budgets.
 * @throws InputError if one of them has no trial
 */
export function labelEquivalence(options: LabelEquivalenceOptions): LabelEquivalent[] {
  const baseline = labelCurve(options.baseline);
  const method = labelCurve(options.method);
  return method.labels.map((labels, i) => {
    const value = method.values[i];
    const matching = labelsToTarget(baseline, value);
    return {
      labels,
      value,
      baseline: matching,
      factor: savingsFactor(matching, { status: "reached", labels }),
    };
  });
}
