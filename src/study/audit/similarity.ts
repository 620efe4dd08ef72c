import { tf } from "../../core";
import type { Views } from "./descriptors";

/** How much alike the images of two lists are: the largest product of a row of one with a row of the other. [q,n], row-major */
export function similarity(asked: Views, bank: Views): Float32Array {
  const q = asked.rows.length / (asked.each * asked.length);
  const n = bank.rows.length / (bank.each * bank.length);
  const best = tf.tidy(() =>
    tf
      .matMul(
        tf.tensor2d(asked.rows, [q * asked.each, asked.length]),
        tf.tensor2d(bank.rows, [n * bank.each, bank.length]),
        false,
        true,
      )
      .reshape([q, asked.each, n, bank.each])
      .max([1, 3]),
  );
  const values = best.dataSync<"float32">();
  best.dispose();
  return values;
}
