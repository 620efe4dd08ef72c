import type { Result } from "../core";
import type { LabelPoint } from "./labelCurve";
import type { ResultMetric } from "./resultMetrics";

/** Which trials, and which of their scores. */
export interface LabelPointsOptions {
  readonly method: string;
  /** @default "balancedAccuracy" */
  readonly metric?: ResultMetric;
}

/** The trials of one method as points of labels per class; those with all labels are left out, since they stand on no budget. */
export function labelPoints(
  results: readonly Result[],
  { method, metric = "balancedAccuracy" }: LabelPointsOptions,
): LabelPoint[] {
  return results
    .filter((result) => result.method === method && result.labelsPerClass > 0)
    .map((result) => ({ labels: result.labelsPerClass, draw: result.draw, value: result[metric] }));
}
