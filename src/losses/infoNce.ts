import { checkNumber, InputError, normaliseRows, tf, type Scalar, type Tensor2D } from "../core";
import { checkPair, stopGradient } from "./views";

/** What a query is told apart from. */
export interface InfoNceOptions {
  /** Keys of other images. [k,d] */
  readonly negatives: Tensor2D;
  /** Divides the cosines, above 0. @default 0.2, MoCo v2's */
  readonly temperature?: number;
}

/**
 * InfoNCE as in MoCo: each query shall be nearer to its key than to any stored one, by cosine. Nothing flows back into keys and negatives.
 * Other images of the same batch are no negatives. [n,d], [n,d] -> scalar
 * @throws InputError if shapes differ, or the temperature is not above 0
 * @see He et al. 2020, arXiv:1911.05722, equation 1; van den Oord et al. 2018, arXiv:1807.03748
 */
export function infoNce(
  query: Tensor2D,
  key: Tensor2D,
  { negatives, temperature = 0.2 }: InfoNceOptions,
): Scalar {
  checkNumber("temperature", temperature, { min: 0, aboveMin: true });
  checkPair(query, key);
  if (negatives.shape[1] !== query.shape[1]) {
    throw new InputError({
      got: `negatives of ${negatives.shape[1]} values for queries of ${query.shape[1]}`,
      expected: "the same number",
      todo: "Give negatives of the same network.",
    });
  }
  return tf.tidy(() => {
    const q = normaliseRows(query);
    const own = q.mul(normaliseRows(stopGradient(key))).sum<Tensor2D>(1, true);
    const others = tf.matMul<Tensor2D>(q, normaliseRows(stopGradient(negatives)), false, true);
    const scores = tf.concat([own, others], 1).div<Tensor2D>(temperature);
    return tf.logSoftmax(scores).slice([0, 0], [q.shape[0], 1]).mean<Scalar>().neg();
  });
}
