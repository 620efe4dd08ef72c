import { InputError } from "../core";
import type { LabelPoint } from "./labelCurve";
import { meanInterval } from "./meanInterval";

/** What counts as nothing and as everything. */
export interface AreaUnderCurveOptions {
  /** Score that becomes 0, for example of guessing. @default 0 */
  readonly floor?: number;
  /** Score that becomes 1, for example with all labels. @default 1 */
  readonly ceiling?: number;
}

/**
 * Area under the learning curve on log2 labels, over its width: the mean score when every doubling of the labels counts the same. Means over
 * draws at the budgets, straight lines between; 0 stands for `floor`, 1 for `ceiling`, and other values may lie outside.
 * @throws InputError if there are fewer than two budgets, or floor and ceiling are equal
 * @see Guyon et al. 2011, "Results of the Active Learning Challenge", JMLR W&CP 16, 19-45
 */
export function areaUnderCurve(
  points: readonly LabelPoint[],
  { floor = 0, ceiling = 1 }: AreaUnderCurveOptions = {},
): number {
  const budgets = [...new Set(points.map((point) => point.labels))].sort((a, b) => a - b);
  if (budgets.length < 2 || !(budgets[0] > 0) || floor === ceiling) {
    throw new InputError({
      got: `budgets ${budgets.join(", ") || "(none)"}, floor ${floor} and ceiling ${ceiling}`,
      expected: "at least two budgets above 0, and a ceiling that is not the floor",
      todo: "Give the trials of a whole ladder of labels.",
    });
  }
  const means = budgets.map(
    (labels) => meanInterval(points.filter((p) => p.labels === labels).map((p) => p.value)).mean,
  );
  const x = budgets.map(Math.log2);
  const area = means
    .slice(1)
    .reduce((sum, mean, i) => sum + ((mean + means[i]) / 2) * (x[i + 1] - x[i]), 0);
  return (area / (x[x.length - 1] - x[0]) - floor) / (ceiling - floor);
}
