import { checkNumber, InputError } from "../core";
import { incompleteBeta } from "./incompleteBeta";

/**
 * Probability that |T| exceeds |t| under Student's distribution, in [0,1].
 * @param degreesOfFreedom above 0
 * @see Abramowitz & Stegun 1964, 26.7.1 with 26.5.27
 */
export function studentTwoSided(t: number, degreesOfFreedom: number): number {
  checkNumber("degrees of freedom", degreesOfFreedom, { min: 0, aboveMin: true });
  if (Number.isNaN(t)) return NaN;
  if (!Number.isFinite(t)) return 0;
  const square = t * t;
  const sum = degreesOfFreedom + square;
  // The smaller of both shares: near 1 the other would lose its digits.
  return square < degreesOfFreedom
    ? 1 - incompleteBeta(square / sum, 0.5, degreesOfFreedom / 2)
    : incompleteBeta(degreesOfFreedom / sum, degreesOfFreedom / 2, 0.5);
}

/**
 * The t for which |T| stays below t with this probability: 2.776 for level 0.95 and 4 degrees of freedom.
 * @param level in (0,1)
 * @param degreesOfFreedom above 0
 * @throws InputError if the level is not inside (0,1)
 */
export function studentQuantile(level: number, degreesOfFreedom: number): number {
  if (!(level > 0 && level < 1)) {
    throw new InputError({
      got: `level ${level}`,
      expected: "a probability above 0 and below 1",
      todo: "Give a level such as 0.95.",
    });
  }
  const outside = 1 - level;
  let high = 1;
  while (studentTwoSided(high, degreesOfFreedom) > outside) high *= 2;
  let low = high === 1 ? 0 : high / 2;
  // Halving is slow and cannot fail; it ends where two neighbouring numbers are left.
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (studentTwoSided(middle, degreesOfFreedom) > outside) low = middle;
    else high = middle;
  }
}
