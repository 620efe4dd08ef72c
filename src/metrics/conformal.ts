import { checkNumber, InputError } from "../core";

/** What calibration labels allow to be promised. */
export interface Conformal {
  /** A class is in the set if one less its probability is at most this; Infinity puts all classes in. */
  readonly threshold: number;
  /** Calibration labels that it stands on. */
  readonly n: number;
  /** Labels still missing before anything can be promised; 0 where it can. */
  readonly missing: number;
}

/** What is promised. */
export interface ConformalOptions {
  /** Share of sets that may miss the true class, above 0 and below 1. @default 0.1 */
  readonly miss?: number;
}

/** Keeps a score that equals the threshold but for rounding in the set. */
const slack = 1e-12;

/**
 * The threshold of split-conformal sets: of calibration labels drawn at random, and never trained on, so many have the true class in their set that a new one of
 * the same kind has it with the promised chance. Too few labels promise nothing.
 * @param scores one less the probability of the true class, n; Infinity for a class that the model does not know
 * @throws InputError if a score is not a number
 * @see Vovk et al. 2005, Algorithmic learning in a random world; Sadinle, Lei & Wasserman 2019, arXiv:1609.00451
 */
export function conformal(
  scores: ArrayLike<number>,
  { miss = 0.1 }: ConformalOptions = {},
): Conformal {
  checkNumber("miss", miss, { min: 0, aboveMin: true, max: 0.999 });
  const n = scores.length;
  const sorted = Float64Array.from(scores).sort();
  if (sorted.some(Number.isNaN)) {
    throw new InputError({
      got: "a calibration score that is not a number",
      expected: "one less the probability of the true class",
      todo: "Check the classifier.",
    });
  }
  const rank = n + 1 - Math.floor((n + 1) * miss + 1e-9);
  const needed = Math.ceil(1 / miss - 1e-9) - 1;
  return {
    threshold: rank > n ? Infinity : sorted[rank - 1],
    n,
    missing: Math.max(0, needed - n),
  };
}

/** Which classes a set holds, for one row of probabilities from `at` on. */
export function conformalSet(
  probabilities: ArrayLike<number>,
  at: number,
  classes: number,
  threshold: number,
): number[] {
  const set: number[] = [];
  for (let c = 0; c < classes; c++) if (1 - probabilities[at + c] <= threshold + slack) set.push(c);
  return set;
}
