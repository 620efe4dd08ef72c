import { InputError, type Result } from "../core";
import type { ResultMetric } from "../metrics";

/**
 * Refuses scores that cannot be: percents in place of shares, or no number at all.
 * @throws InputError naming the first of them
 */
export function checkScores(results: readonly Result[], metric: ResultMetric): void {
  const wrong = results.find((result) => !(result[metric] >= 0 && result[metric] <= 1));
  if (wrong === undefined) return;
  throw new InputError({
    got: `${metric} ${wrong[metric]} of "${wrong.method}"`,
    expected: "scores from 0 to 1",
    todo: "Divide percents by 100, and leave out trials that gave no score.",
  });
}
