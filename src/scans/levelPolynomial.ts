import type * as MlMatrix from "ml-matrix";
import { InputError } from "../core";

/**
 * Takes the polynomial away that fits best: all products X^a Y^b with a and b up to their degrees, X and Y from -1 to 1
 * over the frame. The fit is made with Legendre polynomials, which span the same and stay well apart.
 * @throws InputError if fewer pixels count than the polynomial has terms
 */
export function levelPolynomial(
  data: Float64Array,
  width: number,
  counts: ArrayLike<number>,
  degreeX: number,
  degreeY: number,
): Float64Array {
  const height = data.length / width;
  const basisX = legendre(width, degreeX);
  const basisY = legendre(height, degreeY);
  const terms = (degreeX + 1) * (degreeY + 1);
  const normal = new Float64Array(terms * terms);
  const right = new Float64Array(terms);
  const row = new Float64Array(terms);
  let used = 0;
  for (let i = 0; i < data.length; i++) {
    if (counts[i] === 0) continue;
    used++;
    const [x, y] = [i % width, Math.floor(i / width)];
    for (let a = 0, k = 0; a <= degreeX; a++) {
      for (let b = 0; b <= degreeY; b++, k++) row[k] = basisX[a][x] * basisY[b][y];
    }
    for (let k = 0; k < terms; k++) {
      right[k] += row[k] * data[i];
      for (let l = 0; l <= k; l++) normal[k * terms + l] += row[k] * row[l];
    }
  }
  if (used < terms) {
    throw new InputError({
      got: `${used} measured pixels for a polynomial of ${terms} terms`,
      expected: "more pixels than terms",
      todo: "Lower the degrees, or exclude fewer pixels.",
    });
  }
  const factors = solveSymmetric(normal, right);
  return subtract(data, width, basisX, basisY, factors);
}

function solveSymmetric(normal: Float64Array, right: Float64Array): number[] {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when first used
  const { Matrix, solve } = require("ml-matrix") as typeof MlMatrix;
  const n = right.length;
  const matrix = new Matrix(n, n);
  for (let k = 0; k < n; k++) {
    for (let l = 0; l <= k; l++) {
      matrix.set(k, l, normal[k * n + l]);
      matrix.set(l, k, normal[k * n + l]);
    }
  }
  // A frame of few rows can leave terms undetermined; the smallest solution is as good as any.
  return solve(matrix, Matrix.columnVector(right), true).to1DArray();
}

function subtract(
  data: Float64Array,
  width: number,
  basisX: readonly Float64Array[],
  basisY: readonly Float64Array[],
  factors: readonly number[],
): Float64Array {
  const height = data.length / width;
  const result = data.slice();
  for (let y = 0; y < height; y++) {
    for (let a = 0; a < basisX.length; a++) {
      let along = 0;
      for (let b = 0; b < basisY.length; b++)
        along += factors[a * basisY.length + b] * basisY[b][y];
      for (let x = 0; x < width; x++) result[y * width + x] -= along * basisX[a][x];
    }
  }
  return result;
}

/** Legendre polynomials of degree 0 to `degree` at evenly spaced places from -1 to 1. */
function legendre(length: number, degree: number): Float64Array[] {
  const places = Float64Array.from({ length }, (_, i) =>
    length === 1 ? 0 : (2 * i) / (length - 1) - 1,
  );
  const basis = [new Float64Array(length).fill(1), places];
  for (let n = 1; n < degree; n++) {
    const [before, last] = [basis[n - 1], basis[n]];
    basis.push(last.map((value, i) => ((2 * n + 1) * places[i] * value - n * before[i]) / (n + 1)));
  }
  return basis.slice(0, degree + 1);
}
