import {
  doublesOf,
  doublesTensor,
  runOwnKernel,
  tf,
  valuesOf,
  worthOwnKernel,
  type Tensor2D,
} from "../core";

/** An orthonormal basis of the span of some rows, as far as it is needed. */
export interface RowSpan {
  /** The rows in that basis. [n,n] */
  readonly coordinates: Float64Array;
  /** The sum of the squares of the rows' products with each other. */
  readonly squares: number;
  /** Weights in that basis as weights of the features. [n,k] -> [d,k] */
  readonly expand: (weights: Float64Array, k: number) => Float64Array;
}

/** Relative size of what is added to the diagonal, so that equal rows do no harm. */
const jitter = 1e-6;

/**
 * The span of n rows of length d > n, through the Cholesky factor L of their Gram matrix: rows = L Q with Q orthonormal,
 * so that coordinates are L and weights W in it are X^T L^-T W in the features. The rows must live as long as weights are to be expanded. [n,d]
 */
export function spanOfRows(rows: Tensor2D): RowSpan {
  const [n] = rows.shape;
  const gram = tf.tidy(() => gramOf(rows));
  const factor = factorOf(gram);
  const [squares] = valuesOf(() => gram.square().sum());
  gram.dispose();
  return {
    coordinates: factor,
    squares,
    expand: (weights, k) => {
      const solved = solveTransposed(factor, weights, n, k);
      const expanded = valuesOf(() =>
        tf.matMul(rows, tf.tensor2d(new Float32Array(solved), [n, k]), true),
      );
      return new Float64Array(expanded);
    },
  };
}

/** Rows whose products with each other are made in two parts, of which one is never made: that above the diagonal. */
const manyRows = 512;

/** The products of rows with each other. [n,d] -> [n,n] */
function gramOf(rows: Tensor2D): Tensor2D {
  const [n, d] = rows.shape;
  if (n < manyRows) return tf.matMul(rows, rows, false, true);
  const half = n >> 1;
  const [first, last] = [rows.slice([0, 0], [half, d]), rows.slice([half, 0], [n - half, d])];
  const below: Tensor2D = tf.matMul(last, first, false, true);
  return tf.concat2d(
    [
      tf.concat2d([gramOf(first), below.transpose<Tensor2D>()], 1),
      tf.concat2d([below, gramOf(last)], 1),
    ],
    0,
  );
}

/** The factor of a Gram matrix, with as much added to its diagonal as is told above: by a kernel of our own (`src/runtime/rowKernels.cc`) or here, to the same bits. */
function factorOf(gram: Tensor2D): Float64Array {
  const [n] = gram.shape;
  if (worthOwnKernel(n * n)) {
    const part = Float64Array.of(jitter);
    return doublesOf(() => runOwnKernel("FewscopeCholesky", {}, [gram, doublesTensor(part)], 1)[0]);
  }
  const a = new Float64Array(gram.dataSync());
  let trace = 0;
  for (let i = 0; i < n; i++) trace += a[i * n + i];
  for (let i = 0; i < n; i++) a[i * n + i] += jitter * (trace / n) + Number.MIN_VALUE;
  return cholesky(a, n);
}

/**
 * Lower triangular L with L L^T = a, for symmetric positive definite a. Eight values at once as far as they do not depend on each other, so that a processor need
 * not wait for one difference to take the next; each is worked out in the same order as alone. [n,n] -> [n,n]
 */
function cholesky(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let from = 0; from < n; from += 4) {
    const whole = from + 4 <= n ? from : 0;
    for (let j = 0; j < whole; j += 2) eightBelow(l, a, n, from, j);
    for (let i = from; i < Math.min(n, from + 4); i++)
      for (let j = whole; j <= i; j++) l[i * n + j] = oneBelow(l, a, n, i, j);
  }
  return l;
}

/** Writes four rows' values in two neighbouring columns that lie before all four rows. */
function eightBelow(l: Float64Array, a: Float64Array, n: number, row: number, j: number): void {
  const first = row * n;
  const second = first + n;
  const third = second + n;
  const fourth = third + n;
  const own = j * n;
  const next = own + n;
  let one = a[first + j];
  let two = a[second + j];
  let three = a[third + j];
  let four = a[fourth + j];
  let oneNext = a[first + j + 1];
  let twoNext = a[second + j + 1];
  let threeNext = a[third + j + 1];
  let fourNext = a[fourth + j + 1];
  for (let m = 0; m < j; m++) {
    const above = l[own + m];
    const aboveNext = l[next + m];
    const inFirst = l[first + m];
    one -= inFirst * above;
    oneNext -= inFirst * aboveNext;
    const inSecond = l[second + m];
    two -= inSecond * above;
    twoNext -= inSecond * aboveNext;
    const inThird = l[third + m];
    three -= inThird * above;
    threeNext -= inThird * aboveNext;
    const inFourth = l[fourth + m];
    four -= inFourth * above;
    fourNext -= inFourth * aboveNext;
  }
  const diagonal = l[own + j];
  const below = l[next + j];
  const diagonalNext = l[next + j + 1];
  l[first + j] = one /= diagonal;
  l[second + j] = two /= diagonal;
  l[third + j] = three /= diagonal;
  l[fourth + j] = four /= diagonal;
  l[first + j + 1] = (oneNext - one * below) / diagonalNext;
  l[second + j + 1] = (twoNext - two * below) / diagonalNext;
  l[third + j + 1] = (threeNext - three * below) / diagonalNext;
  l[fourth + j + 1] = (fourNext - four * below) / diagonalNext;
}

/** A value of the factor, once all before it in its row, and the rows above, are known. */
function oneBelow(l: Float64Array, a: Float64Array, n: number, i: number, j: number): number {
  let sum = a[i * n + j];
  for (let m = 0; m < j; m++) sum -= l[i * n + m] * l[j * n + m];
  // Rounding of the single-precision products must not make a square root of less than nothing.
  return i === j ? Math.sqrt(Math.max(sum, Number.EPSILON * a[i * n + i])) : sum / l[j * n + j];
}

/** Solves L^T z = w by back substitution. [n,n], [n,k] -> [n,k] */
function solveTransposed(l: Float64Array, w: Float64Array, n: number, k: number): Float64Array {
  const z = w.slice();
  for (let i = n - 1; i >= 0; i--) {
    let c = 0;
    // Some classes together, since what lies below each other in a matrix is slow to come by, and no more than a processor keeps at hand.
    for (; c + 5 <= k; c += 5) takeOffFive(z, l, n, k, i, c);
    for (; c < k; c++) takeOffOne(z, l, n, k, i, c);
  }
  return z;
}

function takeOffOne(
  z: Float64Array,
  l: Float64Array,
  n: number,
  k: number,
  i: number,
  c: number,
): void {
  const own = i * k + c;
  let sum = z[own];
  for (let m = i + 1, at = m * k + c; m < n; m++, at += k) sum -= l[m * n + i] * z[at];
  z[own] = sum / l[i * n + i];
}

function takeOffFive(
  z: Float64Array,
  l: Float64Array,
  n: number,
  k: number,
  i: number,
  c: number,
): void {
  const own = i * k + c;
  let first = z[own];
  let second = z[own + 1];
  let third = z[own + 2];
  let fourth = z[own + 3];
  let fifth = z[own + 4];
  for (let m = i + 1, at = m * k + c; m < n; m++, at += k) {
    const below = l[m * n + i];
    first -= below * z[at];
    second -= below * z[at + 1];
    third -= below * z[at + 2];
    fourth -= below * z[at + 3];
    fifth -= below * z[at + 4];
  }
  const diagonal = l[i * n + i];
  z[own] = first / diagonal;
  z[own + 1] = second / diagonal;
  z[own + 2] = third / diagonal;
  z[own + 3] = fourth / diagonal;
  z[own + 4] = fifth / diagonal;
}
