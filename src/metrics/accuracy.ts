import { checkCounts } from "./checkCounts";

/**
 * Share of images whose predicted class is the true one, in [0,1]. [classes][classes] -> number
 * @throws InputError if nothing was counted
 */
export function accuracy(confusion: readonly (readonly number[])[]): number {
  const total = checkCounts(confusion);
  return confusion.reduce((right, row, i) => right + row[i], 0) / total;
}
