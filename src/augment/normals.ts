import type { Rng } from "../core";

/** Strata of each of the two uniform numbers behind a normal one. */
const strata = 256;

let tables: { readonly radius: Float32Array; readonly cosine: Float32Array } | undefined;

/**
 * Fills an array with standard normal numbers, millions in milliseconds: Box and Muller's radius * cos(angle), with
 * radius and angle from 256 strata each, so that one random byte picks either. Largest value 3.5; the same bytes on
 * every platform.
 * @see Box & Muller 1958, Ann. Math. Statist. 29, 610; the stream is sfc32 as in the generator itself
 */
export function fillNormal(values: Float32Array, rng: Rng): void {
  const { radius, cosine } = (tables ??= makeTables());
  const word = (): number => rng.integer(4294967296) | 0;
  let [a, b, c, counter] = [word(), word(), word(), 1];
  let held = 0;
  for (let i = 0; i < values.length; i++) {
    if (i % 2 === 0) {
      held = (((a + b) | 0) + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + held) | 0;
    } else held >>>= 16;
    values[i] = radius[held & 255] * cosine[(held >>> 8) & 255];
  }
}

function makeTables(): { radius: Float32Array; cosine: Float32Array } {
  const middle = (i: number): number => (i + 0.5) / strata;
  const squares = Float64Array.from({ length: strata }, (_, i) => -2 * Math.log(middle(i)));
  // The middles of the strata give a mean square a little under 2, what it must be for unit variance.
  const meanSquare = squares.reduce((sum, square) => sum + square) / strata;
  return {
    radius: Float32Array.from(squares, (square) => Math.sqrt((square * 2) / meanSquare)),
    cosine: Float32Array.from({ length: strata }, (_, i) => Math.cos(2 * Math.PI * middle(i))),
  };
}
