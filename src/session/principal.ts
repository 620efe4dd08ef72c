import { createRng, tf, valuesOf } from "../core";

/** A projection on the main directions of some rows. */
export interface Projection {
  readonly dim: number;
  /** Row-major [n*from] -> [n*dim] */
  project(rows: Float32Array): Float32Array;
}

/** Rounds of the power method; the directions need not be exact, only the same each time. */
const rounds = 12;
/** Rows that the directions come from; more would not turn them visibly. */
const sampled = 5000;

/**
 * Finds the main directions of rows by the block power method on the covariance, in a second where `pretrain.pixels` takes a
 * minute. Row-major [n*d]
 * @see Halko, Martinsson & Tropp 2011, arXiv:0909.4061
 */
export function principal(rows: Float32Array, from: number, wanted: number): Projection {
  const n = rows.length / from;
  const dim = Math.max(1, Math.min(wanted, n, from));
  const step = Math.max(1, Math.floor(n / sampled));
  const chosen = Math.ceil(n / step);
  const few = new Float32Array(chosen * from);
  for (let i = 0; i < chosen; i++)
    few.set(rows.subarray(i * step * from, (i * step + 1) * from), i * from);
  const mean = valuesOf(() => tf.tensor2d(few, [chosen, from]).mean(0));
  const covariance = valuesOf(() => {
    const x = tf.tensor2d(few, [chosen, from]).sub(tf.tensor1d(mean));
    return x.matMul(x, true).div(chosen);
  });
  const rng = createRng(1).fork("principal");
  let basis = orthonormal(
    Float32Array.from({ length: from * dim }, () => rng.normal()),
    from,
    dim,
  );
  for (let i = 0; i < rounds; i++) {
    const next = valuesOf(() =>
      tf.tensor2d(covariance, [from, from]).matMul(tf.tensor2d(basis, [from, dim])),
    );
    basis = orthonormal(next, from, dim);
  }
  const project = (values: Float32Array): Float32Array =>
    valuesOf(() =>
      tf
        .tensor2d(values, [values.length / from, from])
        .sub(tf.tensor1d(mean))
        .matMul(tf.tensor2d(basis, [from, dim])),
    );
  return { dim, project };
}

/** Columns made orthogonal and of length 1, one after the other; one that vanishes stays 0. [d*k] */
function orthonormal(columns: Float32Array, d: number, k: number): Float32Array {
  const out = Float32Array.from(columns);
  for (let c = 0; c < k; c++) {
    for (let twice = 0; twice < 2; twice++)
      for (let b = 0; b < c; b++) {
        let product = 0;
        for (let i = 0; i < d; i++) product += out[i * k + b] * out[i * k + c];
        for (let i = 0; i < d; i++) out[i * k + c] -= product * out[i * k + b];
      }
    let squares = 0;
    for (let i = 0; i < d; i++) squares += out[i * k + c] ** 2;
    const length = Math.sqrt(squares);
    for (let i = 0; i < d; i++) out[i * k + c] = length > 1e-12 ? out[i * k + c] / length : 0;
  }
  return out;
}
