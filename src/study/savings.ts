import {
  comparableBudget,
  independentUnits,
  labelCurve,
  labelEquivalence,
  labelPoints,
  labelSavings,
  wholeDraws,
  type LabelEquivalent,
  type LabelPoint,
  type LabelSavings,
  type ResultMetric,
} from "../metrics";
import type { KnownResult } from "./needsUnlabelled";
import { referenceMethods, type ReferenceMethod } from "./referenceMethods";

/** How many labels one method saves, at the common score and at each of its own budgets. */
export interface SavingsRow extends LabelSavings {
  readonly name: string;
  /** Its mean scores by budget, made non-decreasing. */
  readonly scores: readonly number[];
  /** What each budget is worth in labels of the reference. */
  readonly equivalents: readonly LabelEquivalent[];
  /** Draws that both have done. */
  readonly draws: number;
}

/** How many labels every method saves against one of them. */
export interface Savings {
  readonly against: ReferenceMethod;
  readonly metric: ResultMetric;
  /** Whether there is a score at which something can be said; where not, rows are at what the reference has with its largest budget but one. */
  readonly told: boolean;
  /** Labels of the reference for the score that all are compared at. */
  readonly budget: number;
  /** Budgets of the reference, rising, and its mean scores there, made non-decreasing. */
  readonly labels: readonly number[];
  readonly scores: readonly number[];
  /** Draws that do not share a pretraining with each other where there are several; fewer than three are too few for intervals. */
  readonly independent: number;
  /** Whether one pretraining serves all draws, which the intervals then leave out. */
  readonly onePretraining: boolean;
  readonly rows: readonly SavingsRow[];
}

/**
 * Compares every method with the named baseline and with the best method that needs no image without a label: labels needed by each for one score,
 * the same for all, and what each budget is worth. Read off mean curves, never extrapolated. Nothing where there are fewer than two budgets.
 */
export function savings(
  results: readonly KnownResult[],
  baseline: string,
  metric: ResultMetric = "balancedAccuracy",
): Savings[] {
  return referenceMethods(results, baseline, metric).flatMap((against) =>
    savingsAgainst(results, against, metric),
  );
}

function savingsAgainst(
  results: readonly KnownResult[],
  against: ReferenceMethod,
  metric: ResultMetric,
): Savings[] {
  const reference = labelPoints(results, { method: against.name, metric });
  const names = [...new Set(results.map((result) => result.method))];
  const compared = names
    .filter((name) => name !== against.name)
    .flatMap((name) => {
      const points = labelPoints(results, { method: name, metric });
      const [baseline, method] = sharedDraws(reference, points);
      return baseline.length === 0 ? [] : [{ name, baseline, method }];
    });
  const { labels, values } = labelCurve(reference);
  if (compared.length === 0 || labels.length < 2) return [];
  const comparable = comparableBudget(compared);
  const budget = comparable ?? labels[labels.length - 2];
  const rows = compared.map(({ name, baseline, method }): SavingsRow => ({
    name,
    ...labelSavings({ baseline, method, budget }),
    scores: labelCurve(method).values,
    equivalents: labelEquivalence({ baseline, method }),
    draws: new Set(method.map((point) => point.draw)).size,
  }));
  const { onePretraining, unitOf } = independentUnits(compared.flatMap(({ method }) => method));
  const independent = new Set(unitOf.values()).size;
  const told = comparable !== undefined;
  return [
    { against, metric, told, budget, labels, scores: values, independent, onePretraining, rows },
  ];
}

/** The trials of draws that both have done on all their budgets. */
function sharedDraws(a: readonly LabelPoint[], b: readonly LabelPoint[]): readonly LabelPoint[][] {
  const done = [a, b].map((points) => [...new Set(wholeDraws(points).map(({ draw }) => draw))]);
  const shared = done[0].filter((draw) => done[1].includes(draw));
  return [a, b].map((points) => points.filter((point) => shared.includes(point.draw)));
}
