import { InputError, type Result } from "../core";
import { enoughDraws, pairedDifference, type ResultMetric } from "../metrics";
import { redrawnResults } from "./redrawnResults";

/** How two studies differ at one method and budget. */
export interface StudyDifference {
  readonly method: string;
  readonly labelsPerClass: number;
  /** Draws that both have. */
  readonly draws: number;
  /** Draws whose scores are the same to the last digit. */
  readonly same: number;
  /** Mean over these draws of the second study's score less the first's. */
  readonly mean: number;
  /** Half of its 95 % t-interval; NaN for fewer than three draws. */
  readonly halfWidth: number;
}

/**
 * Holds the trials of two folders against each other, by method, budget and draw.
 * @throws InputError if a folder holds no study, or they have no trial in common
 */
export function compareStudies(
  first: string,
  second: string,
  metric: ResultMetric = "balancedAccuracy",
): StudyDifference[] {
  const others = new Map(redrawnResults(second).map((result) => [nameOf(result), result]));
  const groups = new Map<string, { readonly a: Result; readonly b: Result }[]>();
  for (const a of redrawnResults(first)) {
    const b = others.get(nameOf(a));
    if (b === undefined) continue;
    const key = JSON.stringify([a.method, a.labelsPerClass]);
    groups.set(key, [...(groups.get(key) ?? []), { a, b }]);
  }
  if (groups.size === 0) {
    throw new InputError({
      got: `"${first}" and "${second}", which have no trial in common`,
      expected: "two studies with methods of the same names and the same budgets",
      todo: "Compare runs of one plan, or of two versions of it.",
    });
  }
  return [...groups.values()].map((pairs) => {
    const scores = (side: "a" | "b"): number[] => pairs.map((pair) => pair[side][metric]);
    const { mean, halfWidth } = enoughDraws(pairedDifference(scores("b"), scores("a")));
    const same = pairs.filter(({ a, b }) => a[metric] === b[metric]).length;
    const { method, labelsPerClass } = pairs[0].a;
    return { method, labelsPerClass, draws: pairs.length, same, mean, halfWidth };
  });
}

const nameOf = ({ method, labelsPerClass, draw }: Result): string =>
  JSON.stringify([method, labelsPerClass, draw]);
