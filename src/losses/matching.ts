import { checkNumber, normaliseRows, tf, type Scalar, type Tensor2D } from "../core";
import { checkEpisode, ownClassLoss } from "./episode";

/** Which rows belong together, and how sharply images are compared. */
export interface MatchingOptions {
  /** Number of classes; rows go class by class, as many for each. */
  readonly ways: number;
  /** Divides the cosines, above 0. @default 1, the paper's */
  readonly temperature?: number;
}

/**
 * Matching networks: the probability of a class is the sum of softmax(cosine) over its labelled images; the mean of minus the logarithm of that of the
 * right class. [ways*shots,d], [ways*queries,d] -> scalar
 * @throws InputError if rows differ in length, are no equal number for each class, or the temperature is not above 0
 * @see Vinyals et al. 2016, arXiv:1606.04080, equations 1 and 2
 */
export function matching(
  support: Tensor2D,
  query: Tensor2D,
  { ways, temperature = 1 }: MatchingOptions,
): Scalar {
  checkNumber("temperature", temperature, { min: 0, aboveMin: true });
  checkEpisode(support, query, ways);
  return tf.tidy(() => {
    const cosines = tf.matMul(normaliseRows(query), normaliseRows(support), false, true);
    const each = tf.logSoftmax(cosines.div<Tensor2D>(temperature));
    const shots = support.shape[0] / ways;
    const grouped = each.reshape([query.shape[0], ways, shots]);
    return ownClassLoss(tf.logSumExp(grouped, 2), ways);
  });
}
