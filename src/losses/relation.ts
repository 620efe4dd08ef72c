import { checkInteger, InputError, tf, type Scalar, type Tensor2D } from "../core";

/** Which rows belong together. */
export interface RelationOptions {
  /** Number of classes: the columns; rows go class by class, as many for each. */
  readonly ways: number;
}

/**
 * Relation networks: mean square difference between the sigmoid of each score and 1 for the image's own class, 0 for others. (The paper adds the squares
 * up; the mean is the official code's.) [ways*queries,ways] -> scalar
 * @throws InputError if there is no column for each class, or no equal number of rows
 * @see Sung et al. 2018, arXiv:1711.06025, equation 2
 */
export function relation(scores: Tensor2D, { ways }: RelationOptions): Scalar {
  checkInteger("ways", ways, { min: 1 });
  const [n, columns] = scores.shape;
  if (columns !== ways || n === 0 || n % ways !== 0) {
    throw new InputError({
      got: `scores of shape [${n},${columns}] for ${ways} classes`,
      expected: "a column for each class, and as many rows for each",
      todo: "Give the images class by class.",
    });
  }
  return tf.tidy(() => {
    const own = tf.eye(ways).reshape([ways, 1, ways]);
    const relations = tf.sigmoid(scores).reshape([ways, n / ways, ways]);
    return relations.sub(own).square().mean<Scalar>();
  });
}
