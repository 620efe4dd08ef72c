import { checkInteger, tf, type Tensor2D, type Tensor3D } from "../core";

/** How much is whitened at once. */
export interface DecorrelateOptions {
  /** Features that are made independent of each other, at least 1: so many, or the next fewer that divide all. A batch needs several times as many rows. */
  readonly group: number;
}

/** Steps of Newton's method towards the inverse root: enough for variances that differ a hundredfold; from twelve on rounding errors grow. */
const iterations = 8;
/** Added to the variances of standardised features, so that a direction without any is not blown up. */
const epsilon = 1e-3;

/**
 * Whitens features in groups by the batch's own covariance: means of 0, and features of a group that are uncorrelated with equal variances, turned as little as can be
 * (ZCA). The inverse root comes from Newton's method, through which gradients flow: directions that are far below the mean variance stay below 1. [n,d] -> [n,d]
 * @throws InputError if the group is not a whole number of at least 1
 * @see Huang et al. 2019, arXiv:1904.03441; Hua et al. 2021, arXiv:2105.00470, against features of few dimensions
 */
export function decorrelate(features: Tensor2D, { group }: DecorrelateOptions): Tensor2D {
  checkInteger("group", group, { min: 1 });
  return tf.tidy(() => {
    const [rows, dim] = features.shape;
    const size = largestDivisor(dim, group);
    const centred = features.sub<Tensor2D>(features.mean(0, true));
    // [groups, rows, size]
    const parts = tf.transpose(centred.reshape<Tensor3D>([rows, dim / size, size]), [1, 0, 2]);
    const white = whiten(parts);
    return tf.transpose(white, [1, 0, 2]).reshape([rows, dim]);
  });
}

function largestDivisor(of: number, most: number): number {
  for (let size = Math.min(of, most); ; size--) if (of % size === 0) return size;
}

/** Centred features with a covariance of nearly the identity, each group for itself. */
function whiten(centred: Tensor3D): Tensor3D {
  const [, rows, size] = centred.shape;
  const identity = tf.eye(size);
  const covariance = tf
    .matMul(centred, centred, true)
    .div<Tensor3D>(rows)
    .add<Tensor3D>(identity.mul(epsilon));
  const trace = covariance.mul(identity).sum<Tensor3D>([1, 2], true);
  const scaled = covariance.div<Tensor3D>(trace);
  // The first step of Newton's method from the identity.
  let root = tf.sub<Tensor3D>(identity.mul(1.5), scaled.mul(0.5));
  for (let i = 1; i < iterations; i++) {
    const cube = root.matMul(root).matMul(root);
    root = root.mul(1.5).sub<Tensor3D>(cube.matMul(scaled).mul(0.5));
  }
  return centred.matMul(root).div<Tensor3D>(trace.sqrt());
}
