import { tf, valuesOf } from "../../core";
import type { Views } from "./descriptors";

/** Images that others are looked for among. */
export interface SimilarityBank {
  /** How much alike the images of a list are to those of the bank: the largest product of a row of one with a row of the other. [q,n], row-major */
  readonly to: (asked: Views) => Float32Array;
  readonly dispose: () => void;
}

/** Keeps the rows of images where they are multiplied. */
export function similarityBank({ rows, each, length }: Views): SimilarityBank {
  const n = rows.length / (each * length);
  const bank = tf.tensor2d(rows, [n * each, length]);
  return {
    to: (asked) => {
      const q = asked.rows.length / (asked.each * length);
      // One axis at a time, the longer runs first, which takes half the time of both at once.
      return valuesOf(() =>
        tf
          .matMul(bank, tf.tensor2d(asked.rows, [q * asked.each, length]), false, true)
          .reshape([n, each, q, asked.each])
          .max(1)
          .max(2)
          .transpose(),
      );
    },
    dispose: () => bank.dispose(),
  };
}
