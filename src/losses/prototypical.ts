import { tf, type Scalar, type Tensor2D } from "../core";
import { checkEpisode, meanOfClasses, ownClassLoss } from "./episode";

/** Which rows belong together. */
export interface PrototypicalOptions {
  /** Number of classes; rows go class by class, as many for each. */
  readonly ways: number;
}

/**
 * Prototypical networks: mean cross-entropy of the softmax over minus the squared Euclidean distances to the class means. (easyfsl takes the distance
 * itself, not its square, which has another gradient.) [ways*shots,d], [ways*queries,d] -> scalar
 * @throws InputError if rows differ in length, or are no equal number for each class
 * @see Snell et al. 2017, arXiv:1703.05175, equations 1, 2 and algorithm 1
 */
export function prototypical(
  support: Tensor2D,
  query: Tensor2D,
  { ways }: PrototypicalOptions,
): Scalar {
  checkEpisode(support, query, ways);
  return tf.tidy(() => {
    const means = meanOfClasses(support, ways);
    // The square of the query is the same for all classes, and so falls out of the softmax.
    const products = tf.matMul<Tensor2D>(query, means, false, true).mul<Tensor2D>(2);
    const scores = products.sub<Tensor2D>(means.square().sum(1));
    return ownClassLoss(tf.logSoftmax(scores), ways);
  });
}
