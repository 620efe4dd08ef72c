import type { LabelPoint } from "./labelCurve";

/** The trials of draws that were done on all of a method's budgets, so that curves can be compared draw by draw. */
export function wholeDraws(points: readonly LabelPoint[]): LabelPoint[] {
  const budgets = new Set(points.map((point) => point.labels)).size;
  const counts = new Map<number, number>();
  for (const { draw } of points) counts.set(draw, (counts.get(draw) ?? 0) + 1);
  return points.filter(({ draw }) => counts.get(draw) === budgets);
}
