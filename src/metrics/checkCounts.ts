import { InputError } from "../core";

/** Passes a confusion matrix that holds at least one image, and gives their number. @throws InputError otherwise */
export function checkCounts(confusion: readonly (readonly number[])[]): number {
  if (confusion.some((row) => row.length !== confusion.length)) {
    throw new InputError({
      got: `a matrix of ${confusion.length} rows that are not all as long`,
      expected: "one row and one column for each class",
      todo: "Make it with confusion(labels, predicted, classes).",
    });
  }
  const total = confusion.flat().reduce((sum, count) => sum + count, 0);
  if (!(total > 0)) {
    throw new InputError({
      got: "a confusion matrix without any image",
      expected: "at least one scored image",
      todo: "Check that the test set is not empty.",
    });
  }
  return total;
}
