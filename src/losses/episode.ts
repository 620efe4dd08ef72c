import { checkInteger, InputError, tf, type Scalar, type Tensor2D } from "../core";

/**
 * Passes the embeddings of an episode, which go class by class.
 * @throws InputError if they differ in length, or are no equal number for each class
 */
export function checkEpisode(support: Tensor2D, query: Tensor2D, ways: number): void {
  checkInteger("ways", ways, { min: 1 });
  const fits = support.shape[1] === query.shape[1];
  const whole = support.shape[0] % ways === 0 && query.shape[0] % ways === 0;
  if (fits && whole && support.shape[0] > 0 && query.shape[0] > 0) return;
  throw new InputError({
    got: `labelled embeddings of shape [${support.shape.join()}] and others of shape [${query.shape.join()}] for ${ways} classes`,
    expected: "rows of one length, as many for each class",
    todo: "Give the images class by class.",
  });
}

/** Mean of the rows of each class. [ways*n,d] -> [ways,d] */
export function meanOfClasses(rows: Tensor2D, ways: number): Tensor2D {
  const [n, d] = rows.shape;
  return n === ways ? rows : rows.reshape([ways, n / ways, d]).mean<Tensor2D>(1);
}

/** Mean cross-entropy of log-probabilities whose rows go class by class. [ways*n,ways] -> scalar */
export function ownClassLoss(logProbabilities: Tensor2D, ways: number): Scalar {
  const n = logProbabilities.shape[0];
  const own = tf.eye(ways).reshape([ways, 1, ways]);
  return logProbabilities
    .reshape([ways, n / ways, ways])
    .mul(own)
    .sum()
    .div<Scalar>(n)
    .neg();
}
