import { checkNumber, InputError } from "../core";
import { comparableBudget } from "./comparableBudget";
import { labelsToTarget, scoreToCompare, type LabelPoint } from "./labelCurve";
import { pairDraws } from "./pairDraws";
import { savingsAt, savingsAtBudget, type LabelSavings } from "./savingsAt";

/** Two methods on the same draws, and how to compare them. */
export interface LabelSavingsOptions {
  /** Trials of the method that labels are saved against. */
  readonly baseline: readonly LabelPoint[];
  /** Trials of the method that saves them; the same draws. */
  readonly method: readonly LabelPoint[];
  /** The score at which labels are counted. @default what the baseline has with `budget` labels */
  readonly target?: number;
  /** Labels of the baseline that are compared with, one of its budgets. @default the one whose score says most, by `comparableBudget` */
  readonly budget?: number;
  /** Confidence level of the interval, in (0,1). @default 0.95 */
  readonly level?: number;
}

/**
 * Annotation savings: labels that the baseline needs for a score over labels that the method needs. Both are read off
 * non-decreasing mean curves, straight in log labels; a score beyond the budgets gives a bound, never an extrapolated number. The interval
 * holds all factors at which the paired t-test does not tell the method from the baseline with its labels, so that it is wide where curves are flat; its
 * coverage of 93 to 98 % was measured by test/bench/coverage.ts. With one pretraining for all draws it leaves out what another would change.
 * @throws InputError if the methods' draws differ, so that they cannot be paired, or the budget is none of the baseline's
 */
export function labelSavings(options: LabelSavingsOptions): LabelSavings {
  const { baseline, method, target, level = 0.95 } = options;
  checkNumber("level", level, { min: 0, max: 1 });
  const pair = pairDraws(baseline, method);
  const { mean } = pair.baseline;
  if (target !== undefined) {
    checkNumber("target", target);
    return savingsAt(pair, target, labelsToTarget(mean, target), level);
  }
  const budget = options.budget ?? comparableBudget([{ baseline, method }], { level });
  if (budget === undefined) {
    const score = scoreToCompare(baseline);
    return savingsAt(pair, score, labelsToTarget(mean, score), level);
  }
  if (!mean.labels.includes(budget)) {
    throw new InputError({
      got: `the budget ${budget}`,
      expected: `one of the baseline's budgets, ${mean.labels.join(", ")}`,
      todo: "Choose one of these, or give a target.",
    });
  }
  return savingsAtBudget(pair, budget, level);
}
