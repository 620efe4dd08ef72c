import {
  checkNumber,
  InputError,
  normaliseRows,
  tf,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
} from "../core";
import { checkPair, offDiagonal } from "./views";

/** Which images belong together. */
export interface SupConOptions {
  /** Class index of each image. [n] int32 */
  readonly labels: Tensor1D;
  /** Divides the cosines, above 0. @default 0.07, the official code's */
  readonly temperature?: number;
}

/**
 * Supervised contrast: each of the 2n views shall find the other view and all views of its class among the other 2n-1. The sum over
 * positives stands outside of the logarithm. The official code multiplies by temperature / 0.07, which is 1 at its default and left out here, as in
 * the paper. With all labels different it is NT-Xent. [n,d], [n,d] -> scalar
 * @throws InputError if shapes differ, or the temperature is not above 0
 * @see Khosla et al. 2020, arXiv:2004.11362, equation 2
 */
export function supCon(
  a: Tensor2D,
  b: Tensor2D,
  { labels, temperature = 0.07 }: SupConOptions,
): Scalar {
  checkNumber("temperature", temperature, { min: 0, aboveMin: true });
  checkPair(a, b);
  const n = a.shape[0];
  if (labels.shape[0] !== n) {
    throw new InputError({
      got: `${labels.shape[0]} labels for ${n} images`,
      expected: "one for each image",
      todo: "Give the labels of this batch.",
    });
  }
  return tf.tidy(() => {
    const z = normaliseRows(tf.concat2d([a, b], 0));
    const others = offDiagonal(2 * n);
    const scores = tf.matMul<Tensor2D>(z, z, false, true).div<Tensor2D>(temperature);
    // -1e30 rather than minus infinity, whose products are not numbers.
    const logProbability = tf.logSoftmax(scores.sub<Tensor2D>(tf.sub(1, others).mul(1e30)));
    const classes = tf.concat([labels, labels]).toFloat();
    const positives = tf
      .equal(classes.reshape([2 * n, 1]), classes.reshape([1, 2 * n]))
      .toFloat()
      .mul(others);
    const found = logProbability.mul(positives).sum(1).div(positives.sum(1));
    return found.mean<Scalar>().neg();
  });
}
