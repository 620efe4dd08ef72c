import assert from "node:assert/strict";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { createRng, InputError, tf, type Scalar, type Tensor2D } from "../../src/core";
import { decorrelate } from "../../src/nets";
import { assertClose } from "../fixtures/networkParity";

/** Rows of features that follow each other, each group of three in its own way. */
function correlated(rows: number, dim: number): Float32Array {
  const rng = createRng(5);
  const values = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) {
    const own = Array.from({ length: dim }, () => rng.normal());
    for (let j = 0; j < dim; j++)
      values[row * dim + j] = 2 + own[j] + 0.8 * own[3 * Math.floor(j / 3)] - 0.3 * own[dim - 1];
  }
  return values;
}

/** The same by eigenvectors of the covariance, in 64 bits. */
function whitenedByEigenvectors(values: Float32Array, rows: number, dim: number): number[][] {
  const x = new Matrix(rows, dim);
  for (let i = 0; i < rows; i++) for (let j = 0; j < dim; j++) x.set(i, j, values[i * dim + j]);
  const centred = x.center("column");
  const covariance = centred.transpose().mmul(centred).div(rows).add(Matrix.eye(dim).mul(1e-3));
  const { eigenvectorMatrix: v, realEigenvalues } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const roots = Matrix.diag(realEigenvalues.map((value) => 1 / Math.sqrt(value)));
  return centred.mmul(v).mmul(roots).mmul(v.transpose()).to2DArray();
}

describe("nets/decorrelate", () => {
  const [rows, dim] = [96, 6];
  const values = correlated(rows, dim);

  it("whitens as eigenvectors of the covariance do", () => {
    const found = tf.tidy(() =>
      decorrelate(tf.tensor2d(values, [rows, dim]), { group: dim }).arraySync(),
    );
    const wanted = whitenedByEigenvectors(values, rows, dim);
    found.forEach((row, i) =>
      row.forEach((value, j) => assert.ok(Math.abs(value - (wanted[i]?.[j] ?? NaN)) < 2e-3)),
    );
  });

  it("keeps groups apart, all of one size", () => {
    const grouped = tf.tidy(() =>
      decorrelate(tf.tensor2d(values, [rows, dim]), { group: 5 }).arraySync(),
    );
    for (const from of [0, 3]) {
      const alone = tf.tidy(() => {
        const part = tf.slice2d(tf.tensor2d(values, [rows, dim]), [0, from], [rows, 3]);
        return decorrelate(part, { group: 3 }).arraySync();
      });
      grouped.forEach((row, i) =>
        assertClose(row.slice(from, from + 3), alone[i] ?? [], `row ${i}`, { absolute: 1e-6 }),
      );
    }
  });

  it("gives the gradient that small changes give", () => {
    const rng = createRng(6);
    const [inputs, factors] = [0, 1].map(() => Float32Array.from({ length: rows * dim }, () => rng.normal())) as [Float32Array, Float32Array]; // prettier-ignore
    const weights = tf.tensor2d(factors, [rows, dim]);
    const sum = (x: Tensor2D): Scalar =>
      decorrelate(x, { group: dim }).mul<Tensor2D>(weights).sum();
    const x = tf.tensor2d(inputs, [rows, dim]);
    const slopes = tf.grad((input) => sum(input as Tensor2D))(x);
    const gradient = slopes.dataSync();
    for (const at of [0, 100, 333, 575]) {
      const moved = (by: number): number => {
        const other = inputs.slice();
        other[at] += by;
        return tf.tidy(() => sum(tf.tensor2d(other, [rows, dim])).dataSync()[0]);
      };
      const slope = (moved(0.02) - moved(-0.02)) / 0.04;
      assert.ok(Math.abs(slope - gradient[at]) < 2e-3, `${at}: ${slope}, ${gradient[at]}`);
    }
    slopes.dispose();
    const equal = tf.tensor2d(new Float32Array(rows * dim).fill(1), [rows, dim]);
    const same = tf.grad((input) => sum(input as Tensor2D))(equal);
    assert.ok(same.dataSync().every(Number.isFinite), "also where all rows are equal");
    tf.dispose([weights, x, equal, same]);
  });

  it("refuses what is no size", () => {
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    assert.throws(() => decorrelate(x, { group: 0 }), InputError);
    assert.throws(() => decorrelate(x, { group: 1.5 }), InputError);
    tf.dispose(x);
  });
});
