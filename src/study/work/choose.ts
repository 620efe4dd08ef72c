import type { ResultMetric } from "../../metrics";
import type { Choice, TrialRecord } from "../store/record";
import type { Search } from "./planUnits";

/** What a unit gave: its record, or the reason why it could not be done; undefined while it is not done. */
export type Outcome = TrialRecord | { readonly failed: Error } | undefined;

/** How far a search is: which comparison it waits for, or what it chose. */
export type SearchState =
  { readonly waitsFor: readonly number[] } | { readonly choice: Choice | undefined };

/** Sentences for what settings are compared on. */
const comparedOn = {
  validation: "labelled images of the budget, which were set aside and not learnt from",
  pool: "a second pool of labelled images, beside the budget",
  oracle: "the test images: an oracle, not a result",
} as const;

/**
 * Chooses among the settings of a search by their scores, the first of equals; or says which comparisons it still needs. Where a search is bounded by steps or seconds,
 * a comparison is needed as long as those before it have not used them up.
 * @param spent steps or seconds of a comparison, where the search is bounded by them
 */
export function searchState(
  { tuning, units, labelsPerClass }: Search,
  outcomeOf: (unit: number) => Outcome,
  metric: ResultMetric,
  spent: (unit: number) => number,
): SearchState {
  const limit = tuning.steps ?? tuning.seconds;
  const outcomes: Exclude<Outcome, undefined>[] = [];
  let used = 0;
  for (let i = 0; i < units.length; i++) {
    if (limit !== undefined && i > 0 && used >= limit) break;
    const outcome = outcomeOf(i);
    if (outcome === undefined)
      return { waitsFor: limit === undefined ? units.map((_, j) => j).slice(i) : [i] };
    outcomes.push(outcome);
    used += spent(i);
  }
  const scores = outcomes.map((outcome) => ("failed" in outcome ? null : outcome[metric]));
  const best = scores.reduce<number>((top, score, i) => ((score ?? -1) > (scores[top] ?? -1) ? i : top), 0); // prettier-ignore
  if (scores[best] === null) return { choice: undefined };
  return {
    choice: {
      by: comparedOn[tuning.by ?? "validation"],
      labelsPerClass,
      images: units[0].test.length,
      settings: outcomes.map((outcome, i) => ({
        pretrain: units[i].candidates[0].pretrain.settings ?? "unknown",
        classify: units[i].candidates[0].classify.settings ?? "unknown",
        score: "failed" in outcome ? null : outcome[metric],
      })),
      chosen: best,
    },
  };
}
