import { checkInteger, InputError } from "../core";

/**
 * Index of the largest value of each row; the first one of equals. [n*classes] -> n
 * @throws InputError if there is no whole number of rows, or a value is not a number, as after a training that diverged
 */
export function argmaxRows(probabilities: ArrayLike<number>, classes: number): Int32Array {
  checkInteger("classes", classes, { min: 1 });
  if (probabilities.length % classes !== 0) {
    throw new InputError({
      got: `${probabilities.length} values for rows of ${classes} classes`,
      expected: "a whole number of rows",
      todo: "Check the number of classes.",
    });
  }
  return Int32Array.from({ length: probabilities.length / classes }, (_, row) => {
    let best = 0;
    for (let i = 0; i < classes; i++) {
      const value = probabilities[row * classes + i];
      if (Number.isNaN(value)) {
        throw new InputError({
          got: `a value that is not a number in row ${row} of the class probabilities`,
          expected: "numbers",
          todo: "The training has diverged: lower its learning rate.",
        });
      }
      if (value > probabilities[row * classes + best]) best = i;
    }
    return best;
  });
}
