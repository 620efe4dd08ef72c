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

/** What is added to the diagonal at least, as a part of the trace, so that single precision can invert it. */
const leastDiagonal = 1e-5;

/**
 * About the inverse of the curvature of `softmaxObjective` with row-major features [n,d]: that of where all weights are 0 and every class is as likely, as if classes did not
 * depend on each other. Steps that it shapes take a fifth to a tenth of the tries, since features of images are alike. undefined where there are too many features, or their squares are beyond single precision.
 */
export function inverseCurvature(
  features: Float64Array,
  n: number,
  d: number,
  k: number,
  c: number,
): InverseCurvature | undefined {
  if (d > mostFeatures) return undefined;
  const spread = (1 / k) * (1 - 1 / k);
  const penalty = 1 / (c * n);
  let trace = 0;
  for (const value of features) trace += (value * value * spread) / n;
  const inverse = valuesOf(() => {
    const x = tf.tensor2d(Float32Array.from(features), [n, d]);
    const curvature = tf.matMul(x, x, true).mul<Tensor2D>(spread / n);
    const diagonal = Math.max(penalty, leastDiagonal * trace);
    return inverseOf(curvature.add<Tensor2D>(tf.eye(d).mul(diagonal)));
  });
  // Of numbers that single precision has not.
  if (!inverse.every(Number.isFinite)) return undefined;
  const products = matrixProducts(Float64Array.from(inverse), d, d, k);
  return {
    times: (vector) => {
      const out = vector.map((value) => value / spread);
      out.set(products.forward(vector.subarray(0, d * k)));
      return out;
    },
    dispose: () => products.dispose(),
  };
}

/** Rows at most that are inverted here; of larger matrices quarters are, between products of matrices. */
const fewRows = 64;

/** Inverse of a symmetric positive definite matrix, by its quarters. [n,n] -> [n,n] */
function inverseOf(a: Tensor2D): Tensor2D {
  const n = a.shape[0];
  if (n <= fewRows) return smallInverse(a);
  const half = n >> 1;
  const first = inverseOf(a.slice([0, 0], [half, half]));
  const beside = a.slice([0, half], [half, n - half]);
  const carried = tf.matMul(first, beside);
  const last = inverseOf(
    a.slice([half, half], [n - half, n - half]).sub(tf.matMul(beside, carried, true)),
  );
  const across: Tensor2D = tf.matMul(carried, last);
  const top = first.add<Tensor2D>(tf.matMul(across, carried, false, true));
  const outer = across.neg();
  const below: Tensor2D = outer.transpose();
  return tf.concat2d([tf.concat2d([top, outer], 1), tf.concat2d([below, last], 1)], 0);
}

function smallInverse(a: Tensor2D): Tensor2D {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on first use, not on import
  const { inverse, Matrix } = require("ml-matrix") as typeof MlMatrix;
  const n = a.shape[0];
  const values = inverse(Matrix.from1DArray(n, n, a.dataSync()));
  return tf.tensor2d(Float32Array.from(values.to1DArray()), [n, n]);
}
