import { InputError } from "../core";
import { studentQuantile } from "./studentT";

/** A mean with Student's confidence interval; the interval is NaN for a single value. */
export interface MeanInterval {
  readonly mean: number;
  /** Lower end of the interval, in the unit of the values; not cut at 0 or 1. */
  readonly low: number;
  readonly high: number;
  readonly halfWidth: number;
  /** Number of values. */
  readonly n: number;
  /** Of the sample, with n - 1; NaN for a single value. */
  readonly standardDeviation: number;
}

/** How wide an interval is meant to be. */
export interface IntervalOptions {
  /** Confidence level, in (0,1). @default 0.95 */
  readonly level?: number;
}

/**
 * Mean of some values and its t-interval, mean ± t(level, n-1) s / √n. With few values t matters: 2.78 for five, not 1.96.
 * Over label draws it holds the spread between draws, and not that of pretraining, unless each draw had its own.
 * @throws InputError if there is no value, or one is not finite
 */
export function meanInterval(
  values: ArrayLike<number>,
  { level = 0.95 }: IntervalOptions = {},
): MeanInterval {
  const n = values.length;
  const list = Array.from(values);
  const wrong = list.find((value) => !Number.isFinite(value));
  if (n === 0 || wrong !== undefined) {
    throw new InputError({
      got: n === 0 ? "no value to take the mean of" : `the value ${wrong}`,
      expected: "at least one finite number",
      todo: "Check that the trials finished.",
    });
  }
  // From the first value on, so that equal values have a spread of exactly 0.
  const mean = list[0] + list.reduce((sum, value) => sum + (value - list[0]), 0) / n;
  if (n === 1) return { mean, low: NaN, high: NaN, halfWidth: NaN, n, standardDeviation: NaN };
  const squares = list.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardDeviation = Math.sqrt(squares / (n - 1));
  const halfWidth = (studentQuantile(level, n - 1) * standardDeviation) / Math.sqrt(n);
  return { mean, low: mean - halfWidth, high: mean + halfWidth, halfWidth, n, standardDeviation };
}
