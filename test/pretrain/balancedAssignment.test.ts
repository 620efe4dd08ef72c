import assert from "node:assert/strict";
import { createRng, InputError, tf } from "../../src/core";
import { balancedAssignment } from "../../src/pretrain/balancedAssignment";

/** The same with plain numbers, rows and columns brought to one sum in turn. */
function sinkhorn(
  scores: readonly number[][],
  temperature: number,
  iterations: number,
): number[][] {
  let rows = scores.map((row) => row.map((score) => Math.exp(score / temperature)));
  for (let i = 0; i < iterations; i++) {
    const sums = rows[0].map((_, j) => rows.reduce((sum, row) => sum + row[j], 0));
    rows = rows.map((row) => row.map((value, j) => value / sums[j]));
    rows = rows.map((row) => {
      const sum = row.reduce((a, b) => a + b, 0);
      return row.map((value) => value / sum);
    });
  }
  return rows;
}

describe("pretrain/balancedAssignment", () => {
  const rng = createRng(4);
  const [n, d] = [24, 6];
  // All rows like the first column best, as in a collapse.
  const scores = Array.from({ length: n }, () =>
    Array.from({ length: d }, (_, j) => 0.2 * rng.normal() + (j === 0 ? 0.5 : 0)),
  );
  const found = (options = {}): number[][] =>
    tf.tidy(() => balancedAssignment(tf.tensor2d(scores, [n, d]), options).arraySync());

  it("brings columns and rows to equal sums in turn", () => {
    for (const options of [
      { temperature: 0.1, iterations: 3 },
      { temperature: 0.3, iterations: 1 },
    ]) {
      const wanted = sinkhorn(scores, options.temperature, options.iterations);
      found(options).forEach((row, i) =>
        row.forEach((value, j) => assert.ok(Math.abs(value - wanted[i][j]) < 1e-5)),
      );
    }
  });

  it("gives every column as much where all rows like one best", () => {
    const shares = found({ iterations: 30 });
    const sums = shares[0].map((_, j) => shares.reduce((sum, row) => sum + row[j], 0));
    assert.ok(
      sums.every((sum) => Math.abs(sum - n / d) < 0.2),
      sums.join(),
    );
    assert.ok(shares.every((row) => Math.abs(row.reduce((a, b) => a + b, 0) - 1) < 1e-5));
    const plain = tf.tidy(() =>
      tf
        .softmax(tf.tensor2d(scores, [n, d]).div(0.04))
        .sum(0)
        .dataSync(),
    );
    assert.ok(plain[0] > 0.8 * n, "without it nearly all go to the first");
  });

  it("keeps numbers finite where chances vanish, and refuses what is out of range", () => {
    const shares = tf.tidy(() => balancedAssignment(tf.tensor2d([[1, -1], [1, -1]]), { temperature: 1e-3 }).arraySync()); // prettier-ignore
    assert.ok(
      shares.flat().every((value) => Math.abs(value - 0.5) < 1e-3),
      shares.join(),
    );
    assert.throws(() => found({ temperature: 0 }), InputError);
    assert.throws(() => found({ iterations: 0 }), InputError);
  });
});
