import { checkNumber, tf, type Scalar, type Tensor2D } from "../core";
import { checkPair, offDiagonal } from "./views";

/** How Barlow Twins weighs. */
export interface BarlowTwinsOptions {
  /** Weight of what two different outputs share, at least 0; the official code has 0.0051, lightly 0.005. @default 0.0051 */
  readonly lambda?: number;
}

/** Of the official code's batch norm. */
const epsilon = 1e-5;

/**
 * Barlow Twins: the correlation of the two views' outputs shall be the unit matrix. Outputs are normalised over the batch with the biased
 * variance plus 1e-5, as in the official code and lightly; nothing is scaled afterwards. [n,d], [n,d] -> scalar
 * @throws InputError if shapes differ, there are fewer than two rows, or lambda is negative
 * @see Zbontar et al. 2021, arXiv:2103.03230, equation 1
 */
export function barlowTwins(
  a: Tensor2D,
  b: Tensor2D,
  { lambda = 0.0051 }: BarlowTwinsOptions = {},
): Scalar {
  checkNumber("lambda", lambda, { min: 0 });
  checkPair(a, b, 2);
  return tf.tidy(() => {
    const [n, d] = a.shape;
    const [za, zb] = [normaliseColumns(a), normaliseColumns(b)];
    const correlation = tf.matMul(za, zb, true).div(n);
    const onDiagonal = za.mul(zb).sum(0).div(n).sub(1).square().sum();
    const offTerms = correlation.mul(offDiagonal(d)).square().sum();
    return onDiagonal.add<Scalar>(offTerms.mul(lambda));
  });
}

/** Mean 0 and spread 1 over the batch. [n,d] -> [n,d] */
function normaliseColumns(x: Tensor2D): Tensor2D {
  const centred = x.sub(x.mean(0));
  return centred.div(centred.square().mean(0).add(epsilon).sqrt());
}
