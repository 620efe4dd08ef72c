import { tf, valuesOf } from "../core";
import type { Objective } from "./minimise";

/** The two products with the features that the objective needs, and how exact they are. */
export interface MatrixProducts {
  /** Features times weights. [d,k] -> [n,k] */
  readonly forward: (weights: Float64Array) => Float64Array;
  /** Transposed features times errors. [n,k] -> [d,k] */
  readonly backward: (errors: Float64Array) => Float64Array;
  /** Largest mean gradient component that counts as zero. */
  readonly tolerance: number;
  /** Relative rounding of the objective. */
  readonly rounding: number;
  readonly dispose: () => void;
}

/** Multiplications up to which plain double precision is as quick as a call to TensorFlow. */
const smallProduct = 3e5;

/** Products with row-major features [n,d] for k classes: in double precision where that is quick, else in single precision. */
export function matrixProducts(
  features: Float64Array,
  n: number,
  d: number,
  k: number,
): MatrixProducts {
  if (n * d * k > smallProduct) return nativeProducts(features, n, d, k);
  return {
    forward: (weights) => {
      const out = new Float64Array(n * k);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < d; j++) {
          const x = features[i * d + j];
          // Half of a triangular matrix.
          if (x === 0) continue;
          for (let c = 0; c < k; c++) out[i * k + c] += x * weights[j * k + c];
        }
      }
      return out;
    },
    backward: (errors) => {
      const out = new Float64Array(d * k);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < d; j++) {
          const x = features[i * d + j];
          // Half of a triangular matrix.
          if (x === 0) continue;
          for (let c = 0; c < k; c++) out[j * k + c] += x * errors[i * k + c];
        }
      }
      return out;
    },
    tolerance: 1e-5,
    rounding: 1e-15,
    dispose: () => undefined,
  };
}

function nativeProducts(features: Float64Array, n: number, d: number, k: number): MatrixProducts {
  const x = tf.tensor2d(Float32Array.from(features), [n, d]);
  const product = (values: Float64Array, rows: number, transposed: boolean): Float64Array =>
    Float64Array.from(
      valuesOf(() => tf.matMul(x, tf.tensor2d(Float32Array.from(values), [rows, k]), transposed)),
    );
  return {
    forward: (weights) => product(weights, d, false),
    backward: (errors) => product(errors, n, true),
    tolerance: 1e-5,
    rounding: 1e-7,
    dispose: () => x.dispose(),
  };
}

/**
 * Mean cross-entropy of a softmax over linear scores plus the squared weights over 2cn; the intercepts, last in the
 * point, are free.
 */
export function softmaxObjective(
  forward: MatrixProducts["forward"],
  backward: MatrixProducts["backward"],
  labels: Int32Array,
  d: number,
  k: number,
  c: number,
): Objective {
  const n = labels.length;
  const size = d * k;
  const penalty = 1 / (c * n);
  return (point, gradient) => {
    const scores = forward(point.subarray(0, size));
    gradient.fill(0);
    let loss = 0;
    for (let i = 0; i < n; i++) {
      const row = scores.subarray(i * k, (i + 1) * k);
      let highest = -Infinity;
      for (let j = 0; j < k; j++) {
        row[j] += point[size + j];
        highest = Math.max(highest, row[j]);
      }
      let sum = 0;
      const own = row[labels[i]] - highest;
      for (let j = 0; j < k; j++) sum += row[j] = Math.exp(row[j] - highest);
      loss -= own - Math.log(sum);
      for (let j = 0; j < k; j++) {
        row[j] = row[j] / sum - (j === labels[i] ? 1 : 0);
        gradient[size + j] += row[j] / n;
      }
    }
    const slopes = backward(scores);
    let squares = 0;
    for (let at = 0; at < size; at++) {
      gradient[at] = slopes[at] / n + penalty * point[at];
      squares += point[at] * point[at];
    }
    return loss / n + (penalty * squares) / 2;
  };
}

/** An orthonormal basis of the span of some rows, as far as it is needed. */
export interface RowSpan {
  /** The rows in that basis. [n,n] */
  readonly coordinates: Float64Array;
  /** Weights in that basis as weights of the features. [n,k] -> [d,k] */
  readonly expand: (weights: Float64Array, k: number) => Float64Array;
}

/** Relative size of what is added to the diagonal, so that equal rows do no harm. */
const jitter = 1e-6;

/**
 * The span of n rows of length d > n, through the Cholesky factor L of their Gram matrix: rows = L Q with Q orthonormal,
 * so that coordinates are L and weights W in it are X^T L^-T W in the features.
 */
export function spanOfRows(rows: Float32Array, n: number, d: number): RowSpan {
  const gram = Float64Array.from(
    valuesOf(() => {
      const x = tf.tensor2d(rows, [n, d]);
      return tf.matMul(x, x, false, true);
    }),
  );
  let trace = 0;
  for (let i = 0; i < n; i++) trace += gram[i * n + i];
  for (let i = 0; i < n; i++) gram[i * n + i] += jitter * (trace / n) + Number.MIN_VALUE;
  const factor = cholesky(gram, n);
  return {
    coordinates: factor,
    expand: (weights, k) => {
      const solved = solveTransposed(factor, weights, n, k);
      const expanded = valuesOf(() => {
        const x = tf.tensor2d(rows, [n, d]);
        return tf.matMul(x, tf.tensor2d(Float32Array.from(solved), [n, k]), true);
      });
      return Float64Array.from(expanded);
    },
  };
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
  const z = Float64Array.from(w);
  for (let i = n - 1; i >= 0; i--) {
    for (let c = 0; c < k; c++) {
      let sum = z[i * k + c];
      for (let m = i + 1; m < n; m++) sum -= l[m * n + i] * z[m * k + c];
      z[i * k + c] = sum / l[i * n + i];
    }
  }
  return z;
}
