import { defined } from "../core";
import type { Result } from "../core";
import type { LabelPoint } from "./labelCurve";
import type { ResultMetric } from "./resultMetrics";

/** A result that may know which of several pretrainings it used, as the records of a study do. */
export type ScoredResult = Result & { readonly pretraining?: number };

/** Which trials, and which of their scores. */
export interface LabelPointsOptions {
  readonly method: string;
  /** @default "balancedAccuracy" */
  readonly metric?: ResultMetric;
}

/** The trials of one method as points of labels per class; those with all labels are left out, since they stand on no budget. */
export function labelPoints(
  results: readonly ScoredResult[],
  { method, metric = "balancedAccuracy" }: LabelPointsOptions,
): LabelPoint[] {
  return results
    .filter((result) => result.method === method && result.labelsPerClass > 0)
    .map((result) => ({
      labels: result.labelsPerClass,
      draw: result.draw,
      value: result[metric],
      ...defined({ pretraining: result.pretraining }),
    }));
}
