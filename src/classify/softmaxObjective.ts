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
  const x = tf.tensor2d(new Float32Array(features), [n, d]);
  const product = (values: Float64Array, rows: number, transposed: boolean): Float64Array =>
    new Float64Array(
      valuesOf(() => tf.matMul(x, tf.tensor2d(new Float32Array(values), [rows, k]), transposed)),
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
