import { checkInteger, InputError } from "../core";
import { solveSymmetric } from "./solveSymmetric";

/** A moving polynomial fit. */
export interface SavitzkyGolayOptions {
  /** Points of the window, odd, at least 3. @default 7 */
  readonly window?: number;
  /** Degree of the polynomial, below the window. @default 2 */
  readonly degree?: number;
  /** Which derivative: 0 smooths. @default 0 */
  readonly derivative?: number;
}

/**
 * Weights of the points of a window for the value, or a derivative with a step of 1, of the polynomial that fits them best, at the window's middle.
 * @throws InputError if the window is even or too small for the degree
 * @see Savitzky & Golay 1964, Anal. Chem. 36, 1627
 */
export function savitzkyGolayWeights(options: SavitzkyGolayOptions = {}): Float64Array {
  return weightsAt(options, 0);
}

/** The same at any place of the window, in points from its middle. */
function weightsAt(
  { window = 7, degree = 2, derivative = 0 }: SavitzkyGolayOptions,
  at: number,
): Float64Array {
  checkInteger("window", window, { min: 3, max: 1001 });
  checkInteger("degree", degree, { min: 1, max: Math.min(9, window - 1) });
  checkInteger("derivative", derivative, { min: 0, max: degree });
  if (window % 2 === 0) {
    throw new InputError({
      option: "window",
      got: `a window of ${window} points`,
      expected: "an odd number",
      todo: `Give ${window + 1}.`,
    });
  }
  const half = (window - 1) / 2;
  const terms = degree + 1;
  // Points in units of half a window, so that powers stay small.
  const place = (i: number): number => (i - half) / half;
  const matrix = new Float64Array(terms * terms);
  for (let r = 0; r < terms; r++)
    for (let c = 0; c < terms; c++)
      for (let i = 0; i < window; i++) matrix[r * terms + c] += place(i) ** (r + c);
  const wanted = new Float64Array(terms);
  for (let power = derivative; power < terms; power++) {
    let factor = 1;
    for (let k = 0; k < derivative; k++) factor *= power - k;
    wanted[power] = (factor * (at / half) ** (power - derivative)) / half ** derivative;
  }
  const solution = solveSymmetric(matrix, wanted);
  return Float64Array.from({ length: window }, (_, i) =>
    solution.reduce((sum, value, power) => sum + value * place(i) ** power, 0),
  );
}

/**
 * Smooths evenly spaced values, or takes their derivative with a step of 1; towards the ends the last whole window's polynomial goes on. n -> n
 * @throws InputError if there are fewer values than the window has points
 */
export function savitzkyGolay(
  values: ArrayLike<number>,
  options: SavitzkyGolayOptions = {},
): Float64Array {
  const { window = 7 } = options;
  const middle = weightsAt(options, 0);
  if (values.length < window) {
    throw new InputError({
      got: `${values.length} values for a window of ${window}`,
      expected: "at least as many values as the window has points",
      todo: "Give a smaller window.",
    });
  }
  const half = (window - 1) / 2;
  const last = values.length - window;
  return Float64Array.from({ length: values.length }, (_, i) => {
    const from = Math.max(0, Math.min(last, i - half));
    const weights = i - from === half ? middle : weightsAt(options, i - from - half);
    let sum = 0;
    for (let k = 0; k < window; k++) sum += weights[k] * values[from + k];
    return sum;
  });
}
