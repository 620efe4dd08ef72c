import { checkNumber, tf, type Scalar, type Tensor2D } from "../core";

/** How NT-Xent contrasts. */
export interface NtXentOptions {
  /** Divides the cosines; smaller attends to the hardest negatives. Above 0. @default 0.5 */
  readonly temperature?: number;
}

/**
 * Normalised temperature-scaled cross-entropy: each of the 2n views shall find its partner among the other 2n-1 by cosine. Mean over all 2n
 * views, as in the paper's equation 1 and lightly; Google's TensorFlow code gives twice this. [n,d], [n,d] -> scalar
 * @throws InputError if the temperature is not above 0
 * @see Chen et al. 2020, arXiv:2002.05709, equation 1
 */
export function ntXent(
  a: Tensor2D,
  b: Tensor2D,
  { temperature = 0.5 }: NtXentOptions = {},
): Scalar {
  checkNumber("temperature", temperature, { min: 0, aboveMin: true });
  const n = a.shape[0];
  // The gradient by hand: one softmax serves the loss and all its derivatives.
  const run = tf.customGrad((x, save) => {
    const { unit, norm } = normaliseRows(x as Tensor2D);
    const scores = withoutSelf(
      tf.matMul<Tensor2D>(unit, unit, false, true).div<Tensor2D>(temperature),
    );
    const logProbability = tf.logSoftmax<Tensor2D>(scores);
    const partner = partners(n);
    (save as (tensors: Tensor2D[]) => void)([unit, norm, logProbability]);
    return {
      value: logProbability
        .mul(partner)
        .sum()
        .div(-2 * n),
      gradFunc: (dy, saved) => {
        const [z, length, logP] = saved as Tensor2D[];
        const slope = logP.exp().sub(partners(n));
        const symmetric = slope
          .add<Tensor2D>(slope.transpose())
          .mul<Tensor2D>(dy.div(2 * n * temperature));
        const dz = tf.matMul<Tensor2D>(symmetric, z);
        return dz.sub(z.mul(dz.mul(z).sum(1, true))).div(length);
      },
    };
  });
  return run(tf.concat([a, b])) as Scalar;
}

/** Rows of length 1, and what they were divided by. A row of zeros stays zero. */
function normaliseRows(x: Tensor2D): { unit: Tensor2D; norm: Tensor2D } {
  const norm = x.square().sum(1, true).sqrt().maximum<Tensor2D>(1e-12);
  return { unit: x.div(norm), norm };
}

/** Puts similarities to oneself out of reach; -1e30 rather than minus infinity, whose products are not numbers. */
function withoutSelf(scores: Tensor2D): Tensor2D {
  return scores.sub(tf.eye(scores.shape[0]).mul(1e30));
}

/** 1 where the column is the row's partner: the unit matrix with its halves exchanged. [2n,2n] */
function partners(n: number): Tensor2D {
  const unit = tf.eye(2 * n);
  return tf.concat([unit.slice([n, 0], [n, 2 * n]), unit.slice([0, 0], [n, 2 * n])]);
}
