import { checkNumber } from "../core";

/** How sets that adapt to each image are made. */
export interface AdaptiveOptions {
  /** Added to the score of each class beyond the free ones, at least 0: keeps sets short. @default 0 */
  readonly penalty?: number;
  /** Classes that cost no penalty, by rank. @default 1 */
  readonly free?: number;
}

/**
 * The score of a class for adaptive prediction sets: the probability of all classes that are as likely or likelier, itself among them, with the penalty of RAPS on its
 * rank. Give those of calibration labels to `conformal`; its threshold goes to `adaptiveSet`. Ties by class number. k probabilities from `at` on.
 * @see Romano, Sesia & Candes 2020, arXiv:2006.02544; Angelopoulos et al. 2021, arXiv:2009.14193
 */
export function adaptiveScore(
  probabilities: ArrayLike<number>,
  at: number,
  k: number,
  label: number,
  { penalty = 0, free = 1 }: AdaptiveOptions = {},
): number {
  checkNumber("penalty", penalty, { min: 0 });
  const own = probabilities[at + label];
  let [sum, rank] = [own, 1];
  for (let c = 0; c < k; c++) {
    const p = probabilities[at + c];
    if (c === label || p < own || (p === own && c > label)) continue;
    sum += p;
    rank++;
  }
  return sum + penalty * Math.max(0, rank - free);
}

/** Classes whose adaptive score is within the threshold; may be empty, where the likeliest alone is above it. */
export function adaptiveSet(
  probabilities: ArrayLike<number>,
  at: number,
  k: number,
  threshold: number,
  options: AdaptiveOptions = {},
): number[] {
  return Array.from({ length: k }, (_, c) => c).filter(
    (c) => adaptiveScore(probabilities, at, k, c, options) <= threshold + 1e-12,
  );
}
