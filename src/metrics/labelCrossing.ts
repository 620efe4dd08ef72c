import { fewestDraws } from "./enoughDraws";
import { covarianceOfMean } from "./meanInterval";
import { studentQuantile } from "./studentT";

/** Labels between which a curve reaches a level. */
export interface LabelRange {
  /** 0 where the budgets set no lower limit. */
  readonly low: number;
  /** Infinity where the budgets set no upper limit. */
  readonly high: number;
}

/** Draws of a curve, and what they share. */
export interface CrossingOptions {
  /** [draws, budgets]: what each draw scored above the level that is to be reached, by rising budget. */
  readonly above: readonly (readonly number[])[];
  /** The budgets, rising. */
  readonly labels: readonly number[];
  /** n; draws with the same number are not independent. */
  readonly units: readonly number[];
  /** Confidence level, in (0,1). */
  readonly level: number;
}

/**
 * Labels at which the mean of a rising curve, straight in log labels between budgets, may reach a level: all at which Student's t-test does not tell
 * the mean from it. As the mean at any labels is a fixed sum of values, this holds its level exactly for normal draws, however flat the curve:
 * where it never parts from the level, there is no limit. Undefined for fewer than three units.
 * @see Fieller 1954, "Some problems in interval estimation", Journal of the Royal Statistical Society B 16, for limits by inverting a test
 */
export function labelCrossing(options: CrossingOptions): LabelRange | undefined {
  const { above, labels, units, level } = options;
  const last = labels.length - 1;
  const mean = labels.map((_, k) => above.reduce((sum, row) => sum + row[k], 0) / above.length);
  const centred = above.map((row) => row.map((value, k) => value - mean[k]));
  const { covariance, degreesOfFreedom } = covarianceOfMean(centred, units);
  if (degreesOfFreedom + 1 < fewestDraws) return undefined;
  const square = studentQuantile(level, degreesOfFreedom) ** 2;
  const apart = (k: number): boolean => mean[k] ** 2 > square * covariance[k][k];
  const reachedAtFirst = apart(0) && mean[0] > 0;
  const notReached = apart(last) && mean[last] < 0;
  if (reachedAtFirst && notReached) return { low: 0, high: Infinity };
  if (reachedAtFirst) return { low: 0, high: labels[0] };
  if (notReached) return { low: labels[last], high: Infinity };
  const logs = labels.map(Math.log);
  const allowed = labels.slice(1).flatMap((_, k) =>
    insideSegment(
      [mean[k], mean[k + 1]],
      [covariance[k][k], covariance[k][k + 1], covariance[k + 1][k + 1]].map((v) => square * v),
    ).map((share) => Math.exp(logs[k] + share * (logs[k + 1] - logs[k]))),
  );
  return {
    low: apart(0) ? Math.min(...allowed) : 0,
    high: apart(last) ? Math.max(...allowed) : Infinity,
  };
}

/** Ends of the part of a segment, as shares of it, on which the squared mean is at most the scaled variance: a quadratic inequality. */
function insideSegment(
  [m0, m1]: readonly number[],
  [v00, v01, v11]: readonly number[],
): readonly number[] {
  const d = m1 - m0;
  const a = d * d - (v00 - 2 * v01 + v11);
  const b = 2 * (m0 * d - (v01 - v00));
  const c = m0 * m0 - v00;
  const ends = [...(c <= 0 ? [0] : []), ...(a + b + c <= 0 ? [1] : [])];
  return [...ends, ...roots(a, b, c).filter((root) => root > 0 && root < 1)];
}

function roots(a: number, b: number, c: number): readonly number[] {
  if (a === 0) return b === 0 ? [] : [-c / b];
  // Draws without spread touch zero: rounding must not take the double root away.
  const discriminant = b * b - 4 * a * c;
  if (discriminant < -1e-12 * b * b) return [];
  const q = -(b + (b < 0 ? -1 : 1) * Math.sqrt(Math.max(0, discriminant))) / 2;
  return q === 0 ? [0] : [q / a, c / q];
}
