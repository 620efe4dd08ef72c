import { labelsToTarget, type LabelPoint } from "./labelCurve";
import { labelsFor, pairDraws, type PairedDraws } from "./pairDraws";
import { savingsAtBudget, type LabelSavings } from "./savingsAt";

/** A method beside the baseline, on the same draws. */
export interface ComparedMethod {
  readonly baseline: readonly LabelPoint[];
  readonly method: readonly LabelPoint[];
}

/** How sure a statement is to be. */
export interface ComparableBudgetOptions {
  /** Confidence level, in (0,1). @default 0.95 */
  readonly level?: number;
}

/**
 * The budget of the baseline at whose score methods are compared: the largest at which the labels of at least half of them can be told, or else of most. Told
 * means that a method gets there, that not both are there from their first budget on, and that the draws set a limit. Undefined where no budget
 * says anything, as where all curves are flat.
 * @throws InputError if the draws of a method and of the baseline differ
 */
export function comparableBudget(
  compared: readonly ComparedMethod[],
  { level = 0.95 }: ComparableBudgetOptions = {},
): number | undefined {
  const pairs = compared
    .map(({ baseline, method }) => pairDraws(baseline, method))
    .filter((pair) => rises(pair, level));
  const budgets = [...new Set(pairs.flatMap(({ baseline }) => baseline.mean.labels))];
  budgets.sort((a, b) => b - a);
  const told = budgets.map(
    (budget) =>
      pairs.filter(
        (pair) =>
          pair.baseline.mean.labels.includes(budget) &&
          isTold(pair, savingsAtBudget(pair, budget, level)),
      ).length,
  );
  const enough = Math.min(Math.max(1, ...told), compared.length / 2);
  return budgets.find((_, i) => told[i] >= enough);
}

/** Whether one of the two starts below what the baseline ends at: one test each, so that flat curves seldom seem to rise. */
function rises({ baseline, method, units }: PairedDraws, level: number): boolean {
  const end = baseline.rows.map((row) => row[row.length - 1]);
  return [baseline, method].some((curves) => {
    const range = labelsFor(curves, end, units, level);
    if (range !== undefined) return range.low > 0;
    return curves.mean.values[0] < baseline.mean.values[baseline.mean.values.length - 1];
  });
}

/** Whether a comparison says something. */
function isTold({ baseline }: PairedDraws, savings: LabelSavings): boolean {
  const { target, method, interval } = savings;
  if (method.status === "notReached") return false;
  // A flat baseline has its score with fewer labels, too.
  const first = labelsToTarget(baseline.mean, target).status === "atFirstBudget";
  if (method.status === "atFirstBudget" && first) return false;
  return interval === undefined || interval.low > 0 || Number.isFinite(interval.high);
}
