import type * as MlMatrix from "ml-matrix";
import { mean, measured } from "./orderStatistics";

/** Takes a polynomial off each row and puts the mean of the whole scan in its place. */
export function alignRowsPolynomial(
  data: Float64Array,
  width: number,
  counts: ArrayLike<number>,
  degree: number,
): Float64Array {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when first used
  const { Matrix, solve } = require("ml-matrix") as typeof MlMatrix;
  const level = mean(measured(data));
  const result = data.slice();
  // Scaled to -1..1, so that powers stay comparable.
  const places = Float64Array.from({ length: width }, (_, i) =>
    width === 1 ? 0 : (2 * i) / (width - 1) - 1,
  );
  for (let row = 0; row < data.length / width; row++) {
    const from = row * width;
    const used: number[] = [];
    for (let i = 0; i < width; i++) if (counts[from + i] !== 0) used.push(i);
    if (used.length === 0) continue;
    const terms = Math.min(degree + 1, used.length);
    const powers = new Matrix(used.map((i) => powersOf(places[i], terms)));
    const heights = Matrix.columnVector(used.map((i) => data[from + i]));
    const factors = terms === 1 ? [mean(heights.to1DArray())] : solve(powers, heights).to1DArray();
    for (let i = 0; i < width; i++) {
      const fit = powersOf(places[i], terms).reduce((sum, power, k) => sum + power * factors[k], 0);
      result[from + i] += level - fit;
    }
  }
  return result;
}

function powersOf(place: number, terms: number): number[] {
  return Array.from({ length: terms }, (_, k) => place ** k);
}
