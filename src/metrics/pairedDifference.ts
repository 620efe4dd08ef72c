import { InputError } from "../core";
import { meanInterval, type IntervalOptions, type MeanInterval } from "./meanInterval";
import { studentTwoSided } from "./studentT";

/** Mean of a - b over pairs, with its interval and test. */
export interface PairedDifference extends MeanInterval {
  /** Student's t with n - 1 degrees of freedom; infinite if all differences are equal and not 0. */
  readonly t: number;
  /** Two-sided probability of such a t without a difference, in [0,1]; 1 if every pair is equal, NaN for one pair. */
  readonly p: number;
}

/**
 * Compares two methods on the same label draws: pairing takes out how lucky a draw was. n pairs -> mean of a - b,
 * t-interval and the p-value of the paired t-test. Correct p-values of several comparisons with `holm`.
 * @throws InputError if the lengths differ or are 0
 */
export function pairedDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: IntervalOptions = {},
): PairedDifference {
  if (a.length !== b.length) {
    throw new InputError({
      got: `${a.length} values against ${b.length}`,
      expected: "pairs: one value of each method for each draw",
      todo: "Compare the draws that both methods have finished.",
    });
  }
  const difference = meanInterval(
    Array.from(a, (value, i) => value - b[i]),
    options,
  );
  const { mean, standardError, degreesOfFreedom } = difference;
  if (degreesOfFreedom === 0) return { ...difference, t: NaN, p: NaN };
  if (mean === 0 && standardError === 0) return { ...difference, t: 0, p: 1 };
  const t = mean / standardError;
  return { ...difference, t, p: studentTwoSided(t, degreesOfFreedom) };
}
