import { checkInteger, checkNumber, tf, type Tensor2D } from "../core";

/** How evenly and how sharply rows are assigned. */
export interface BalancedAssignmentOptions {
  /** Divides the scores, above 0. @default 0.04 */
  readonly temperature?: number;
  /** Times that columns and rows are brought to equal sums, at least 1. @default 3 */
  readonly iterations?: number;
}

/**
 * Probabilities by scores, such that over the batch every column gets about the same: Sinkhorn and Knopp's alternating normalisation, rows last, so that each row
 * sums to 1. In place of DINO's centre, which needs more steps than a short training has. [n,d] -> [n,d]
 * @throws InputError if an option is out of range
 * @see Caron et al. 2020, arXiv:2006.09882, section 3.1; Oquab et al. 2023, arXiv:2304.07193, section 4
 */
export function balancedAssignment(
  scores: Tensor2D,
  { temperature = 0.04, iterations = 3 }: BalancedAssignmentOptions = {},
): Tensor2D {
  checkNumber("temperature", temperature, { min: 0, aboveMin: true });
  checkInteger("iterations", iterations, { min: 1 });
  return tf.tidy(() => {
    // In logarithms, where small chances do not vanish.
    let rows = scores.div<Tensor2D>(temperature);
    for (let i = 0; i < iterations; i++) {
      rows = rows.sub<Tensor2D>(tf.logSumExp(rows, 0, true));
      rows = rows.sub<Tensor2D>(tf.logSumExp(rows, 1, true));
    }
    return rows.exp();
  });
}
