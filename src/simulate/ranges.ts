import { checkNumber, InputError, type Bounds, type Rng } from "../core";

/** Smallest and largest value of what is drawn uniformly. */
export type Range = readonly [low: number, high: number];

/** A uniform draw from a range. */
export function drawFrom(rng: Rng, [low, high]: Range): number {
  return rng.between(low, high);
}

/** A uniform draw from a range, with either sign. */
export function drawSigned(rng: Rng, range: Range): number {
  const size = drawFrom(rng, range);
  // Zero stays zero: a negative one is lost where it is written as text.
  return rng.uniform() < 0.5 || size === 0 ? size : -size;
}

/**
 * Passes a range.
 * @throws InputError if it is not two numbers within the bounds in rising order
 */
export function checkRange(name: string, value: Range, bounds: Bounds = {}): Range {
  if (!Array.isArray(value) || value.length !== 2 || value[0] > value[1]) {
    throw new InputError({
      got: `${name} ${JSON.stringify(value)}`,
      expected: "two numbers, the smaller first",
      todo: `Write ${name} as [low, high]; twice the same number fixes it.`,
    });
  }
  return [checkNumber(name, value[0], bounds), checkNumber(name, value[1], bounds)];
}
