import { areaUnderCurve, labelPoints, meanInterval, type ResultMetric } from "../metrics";
import { needsUnlabelled, type KnownResult } from "./needsUnlabelled";

/** A method that the others are held against, and why. */
export interface ReferenceMethod {
  readonly name: string;
  /** Whether it was named as the baseline. */
  readonly named: boolean;
  /** Whether it is the best of those that need no image without a label, by the area under its curve. */
  readonly best: boolean;
}

/**
 * What every other method is held against: the baseline that was named, and the best method that needs no image without a label, so that no weak
 * baseline flatters what saves labels. One method where both are the same.
 */
export function referenceMethods(
  results: readonly KnownResult[],
  baseline: string,
  metric: ResultMetric,
): ReferenceMethod[] {
  const best = bestWithoutUnlabelled(results, metric);
  const named = results.some((result) => result.method === baseline);
  return [
    ...(named ? [{ name: baseline, named: true, best: best === baseline }] : []),
    ...(best === undefined || (named && best === baseline)
      ? []
      : [{ name: best, named: false, best: true }]),
  ];
}

function bestWithoutUnlabelled(
  results: readonly KnownResult[],
  metric: ResultMetric,
): string | undefined {
  const eligible = results.filter((result) => !needsUnlabelled(result));
  const names = [...new Set(eligible.map((result) => result.method))];
  const curves = names.map((name) => labelPoints(eligible, { method: name, metric }));
  const budgets = (points: (typeof curves)[number]): number =>
    new Set(points.map((point) => point.labels)).size;
  const most = Math.max(0, ...curves.map(budgets));
  if (most === 0) return undefined;
  const scores = curves.map((points) => {
    // One that failed at some budget cannot be compared over all.
    if (budgets(points) < most) return -Infinity;
    return most === 1
      ? meanInterval(points.map((point) => point.value)).mean
      : areaUnderCurve(points);
  });
  return names[scores.indexOf(Math.max(...scores))];
}
