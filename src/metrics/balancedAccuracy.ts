import { checkCounts } from "./checkCounts";

/**
 * Mean recall of the classes that occur among the true labels, in [0,1]: chance is 1/classes however unequal the
 * classes are. [classes][classes] -> number
 * @throws InputError if nothing was counted
 * @see Brodersen et al. 2010, "The balanced accuracy and its posterior distribution", doi:10.1109/ICPR.2010.764
 */
export function balancedAccuracy(confusion: readonly (readonly number[])[]): number {
  checkCounts(confusion);
  const recalls: number[] = [];
  confusion.forEach((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    if (total > 0) recalls.push(row[i] / total);
  });
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}
