import { InputError } from "../core";

/** How well a score tells what is known from what is not; what is known should score higher. */
export interface Separation {
  /** Chance that something known scores higher than something unknown, ties counting half; 0.5 is chance. */
  readonly areaUnderRoc: number;
  /** Share of the unknown that passes where 95 % of the known do. */
  readonly unknownAt95Known: number;
  /** Share of the known that is turned away where 95 % of the unknown are; what OpenOOD calls FPR95. */
  readonly knownAt95Unknown: number;
}

/**
 * Tells known from unknown by a score, higher for what is known.
 * @throws InputError if either has none, or a score is not a number
 * @see Hanley & McNeil 1982, Radiology 143; Yang et al. 2022, arXiv:2210.07242, for the two ways to count at 95 %
 */
export function separation(known: ArrayLike<number>, unknown: ArrayLike<number>): Separation {
  const [a, b] = [Float64Array.from(known).sort(), Float64Array.from(unknown).sort()];
  if (a.length === 0 || b.length === 0 || a.some(Number.isNaN) || b.some(Number.isNaN)) {
    throw new InputError({
      got: `${a.length} known and ${b.length} unknown scores, or one that is not a number`,
      expected: "some of each",
      todo: "Leave a class out of the labels, and keep some of it for the test.",
    });
  }
  let sum = 0;
  let [below, upTo] = [0, 0];
  for (const score of a) {
    while (below < b.length && b[below] < score) below++;
    while (upTo < b.length && b[upTo] <= score) upTo++;
    sum += (below + upTo) / 2;
  }
  // Rounding must not let one go that has to stay.
  const needed = (n: number): number => Math.ceil(0.95 * n - 1e-9);
  const lowest = a[a.length - needed(a.length)];
  const highest = b[needed(b.length) - 1];
  return {
    areaUnderRoc: sum / (a.length * b.length),
    unknownAt95Known: b.filter((score) => score >= lowest).length / b.length,
    knownAt95Unknown: a.filter((score) => score <= highest).length / a.length,
  };
}
