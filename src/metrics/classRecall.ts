import { checkCounts } from "./checkCounts";

/**
 * Recall of each class, in [0,1]: the share of its images that were told; NaN for a class without images. [classes, classes] -> classes
 * @throws InputError if the matrix is not square or counts no image
 */
export function classRecall(confusion: readonly (readonly number[])[]): number[] {
  checkCounts(confusion);
  return confusion.map((row, c) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return total === 0 ? NaN : row[c] / total;
  });
}
