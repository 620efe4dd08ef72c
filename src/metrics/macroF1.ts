import { checkCounts } from "./checkCounts";

/**
 * Mean over classes of F1 = 2 TP / (2 TP + FP + FN), in [0,1]. A class counts if it occurs among the labels or the
 * predictions; one that was never hit has F1 = 0, one that occurs in neither is left out. That is scikit-learn's
 * `f1_score(average="macro", zero_division=0)` without a list of labels. [classes][classes] -> number
 * @throws InputError if nothing was counted
 */
export function macroF1(confusion: readonly (readonly number[])[]): number {
  checkCounts(confusion);
  const scores: number[] = [];
  confusion.forEach((row, i) => {
    const labelled = row.reduce((sum, count) => sum + count, 0);
    const predicted = confusion.reduce((sum, other) => sum + other[i], 0);
    if (labelled + predicted > 0) scores.push((2 * row[i]) / (labelled + predicted));
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}
