import type * as MlMatrix from "ml-matrix";
import { tf, valuesOf, type Tensor2D } from "../core";
import { matrixProducts } from "./softmaxObjective";

/** Multiplies by a matrix that is kept where it is multiplied. */
export interface InverseCurvature {
  /** Weights, then intercepts, as the objective's point has them. [(d+1)*k] -> [(d+1)*k] */
  readonly times: (vector: Float64Array) => Float64Array;
  readonly dispose: () => void;
}

/** Features at most for which a matrix of their products is worth its memory and the time to invert it. */
const mostFeatures = 4096;

/** Features up to which it costs next to nothing. */
const fewFeatures = 256;

/**
 * Features to each direction that counts (the square of the curvatures' sum to the sum of their squares) up to which L-BFGS needs few steps by itself. Drawn features of 300 and
 * 1000 images: with the matrix and its making, fits took three to six times as long at 2, as long at 40 to 120, a quarter at 300. Pixels of CIFAR-10's images are at 30 to 100.
 */
const mostToEach = 10;

/** What is added to the diagonal at least, as a part of the trace, so that single precision can invert it. */
const leastDiagonal = 1e-5;

/**
 * About the inverse of the curvature of `softmaxObjective` with row-major features [n,d]: that of where all weights are 0 and every class is as likely, as if classes did not
 * depend on each other. Steps that it shapes take a fifth to a tenth of the tries, since features of images are alike. undefined where there are too many features, where they are many and unlike, or where their squares are beyond single precision.
 * @param squares the sum of the squares of the images' products with each other, or of the features' which is the same, where it is known
 */
export function inverseCurvature(
  features: Float64Array,
  n: number,
  d: number,
  k: number,
  c: number,
  squares?: number,
): InverseCurvature | undefined {
  if (d > mostFeatures) return undefined;
  const spread = (1 / k) * (1 - 1 / k);
  const penalty = 1 / (c * n);
  let trace = 0;
  for (let at = 0; at < features.length; at++) {
    // Half of a triangular matrix.
    if (features[at] !== 0) trace += (features[at] * features[at] * spread) / n;
  }
  const unlike = (sum: number): boolean => d > fewFeatures && mostToEach * trace * trace > d * sum;
  if (squares !== undefined && unlike(squares * (spread / n) ** 2)) return undefined;
  const inverse = valuesOf(() => {
    const x = tf.tensor2d(new Float32Array(features), [n, d]);
    const curvature = tf.matMul(x, x, true).mul<Tensor2D>(spread / n);
    if (squares === undefined && unlike(curvature.square().sum().dataSync()[0]))
      return tf.fill([1], NaN);
    const diagonal = Math.max(penalty, leastDiagonal * trace);
    const factor = inverseFactor(curvature.add<Tensor2D>(tf.eye(d).mul(diagonal)));
    return tf.matMul(factor, factor, true);
  });
  if (!inverse.every(Number.isFinite)) return undefined;
  const products = matrixProducts(new Float64Array(inverse), d, d, k);
  return {
    times: (vector) => {
      const out = vector.map((value) => value / spread);
      out.set(products.forward(vector.subarray(0, d * k)));
      return out;
    },
    dispose: () => products.dispose(),
  };
}

/** Rows at most whose factor is found here; that of larger matrices is found by quarters, with products of matrices between. */
const fewRows = 64;

/**
 * The inverse of the lower triangular L whose L L^T is a symmetric positive definite matrix. By factors, since quarters of the inverse itself lose all digits where
 * features are much alike. [n,n] -> [n,n]
 */
function inverseFactor(a: Tensor2D): Tensor2D {
  const n = a.shape[0];
  if (n <= fewRows) return smallInverseFactor(a);
  const half = n >> 1;
  const rest = n - half;
  const first = inverseFactor(a.slice([0, 0], [half, half]));
  const below = tf.matMul(a.slice([half, 0], [rest, half]), first, false, true);
  const last = inverseFactor(
    a.slice([half, half], [rest, rest]).sub(tf.matMul(below, below, false, true)),
  );
  const across: Tensor2D = tf.matMul(tf.matMul(last, below), first);
  const empty: Tensor2D = tf.zeros([half, rest]);
  return tf.concat2d([tf.concat2d([first, empty], 1), tf.concat2d([across.neg(), last], 1)], 0);
}

function smallInverseFactor(a: Tensor2D): Tensor2D {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on first use, not on import
  const { CholeskyDecomposition, Matrix, solve } = require("ml-matrix") as typeof MlMatrix;
  const n = a.shape[0];
  const values = new Float64Array(a.dataSync());
  // Which half is read is told, since products are symmetric up to rounding alone.
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) values[j * n + i] = values[i * n + j];
  const factor = values.every(Number.isFinite)
    ? new CholeskyDecomposition(Matrix.from1DArray(n, n, values))
    : undefined;
  // What is beyond single precision has none.
  if (factor?.isPositiveDefinite() !== true) return tf.fill([n, n], NaN);
  const inverse = solve(factor.lowerTriangularMatrix, Matrix.eye(n));
  return tf.tensor2d(Float32Array.from(inverse.to1DArray()), [n, n]);
}
