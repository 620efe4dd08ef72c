import type { MeanInterval } from "./meanInterval";

/** Fewest independent draws that an interval is told from: as few as test/bench/coverage.ts measured. */
export const fewestDraws = 3;

/** The interval without its ends where it stands on fewer than three independent values: with two, Student's t makes it 12.7 standard errors wide on either side, which tells nobody anything. */
export function enoughDraws<T extends MeanInterval>(interval: T): T {
  if (interval.degreesOfFreedom + 1 >= fewestDraws) return interval;
  return { ...interval, low: NaN, high: NaN, halfWidth: NaN };
}
