import assert from "node:assert/strict";
import { InputError, tf, type Scalar, type Tensor2D } from "../../src/core";
import { losses } from "../../src";
import { fewShotParity, type EpisodeLossCase } from "../fixtures/fewShotParity";
import { wave } from "../fixtures/lossParity";
import { assertClose } from "../fixtures/networkParity";

const one = wave(4, 5, [0.3, 1.7, 2.9]);
const many = wave(12, 5, [0.9, 1.3, 2.1]);
const query = wave(8, 5, [0.5, 1.71, 2.9]);
const scores = (ways: number): number[][] =>
  wave(3 * ways, ways, [0.2, 1.1, 2.3]).map((row) => row.map((x) => 3 * x));

function apply({ loss, options }: EpisodeLossCase, inputs: readonly Tensor2D[]): Scalar {
  if (loss === "relation") return losses.relation(inputs[0], options);
  return losses[loss](inputs[0], inputs[1], options);
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, j) => sum + x * b[j], 0);
const cosine = (a: readonly number[], b: readonly number[]): number =>
  dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

describe("losses of episodes", () => {
  for (const expected of fewShotParity.losses) {
    const told = Object.entries(expected.options).map(([key, value]) => `${key} ${value}`);
    const shots = expected.gradients[0].length / 5 / expected.options.ways;
    if (expected.loss !== "relation") told.push(`${shots} shots`);
    it(`give PyTorch's value and gradients: ${[expected.loss, ...told].join(", ")}`, () => {
      tf.tidy(() => {
        const inputs =
          expected.loss === "relation"
            ? [scores(expected.options.ways)]
            : [expected.gradients[0].length === 20 ? one : many, query];
        const { value, grads } = tf.valueAndGrads((...given) =>
          apply(expected, given as Tensor2D[]),
        )(inputs.map((rows) => tf.tensor2d(rows)));
        const near = (found: ArrayLike<number>, wanted: readonly number[], what: string): void => {
          const absolute = 1e-4 * Math.max(...wanted.map(Math.abs));
          assert.ok(absolute > 0);
          assertClose(found, wanted, what, { relative: 0, absolute });
        };
        near(value.dataSync(), [expected.value], "value");
        expected.gradients.forEach((wanted, i) => near(grads[i].dataSync(), wanted, `input ${i}`));
      });
    });
  }

  it("are what plain loops over the papers' formulas give", () => {
    const ways = 4;
    let prototypical = 0;
    let matching = 0;
    query.forEach((x, i) => {
      const own = Math.floor(i / 2);
      const closeness = [0, 1, 2, 3].map((way) => {
        const rows = many.slice(3 * way, 3 * way + 3);
        const mean = x.map((_, j) => (rows[0][j] + rows[1][j] + rows[2][j]) / 3);
        return Math.exp(-mean.reduce((sum, m, j) => sum + (x[j] - m) ** 2, 0));
      });
      prototypical -= Math.log(closeness[own] / closeness.reduce((a, b) => a + b)) / 8;
      const attention = many.map((row) => Math.exp(cosine(x, row)));
      const mine = attention.slice(3 * own, 3 * own + 3).reduce((a, b) => a + b);
      matching -= Math.log(mine / attention.reduce((a, b) => a + b)) / 8;
    });
    let relation = 0;
    scores(4).forEach((row, i) =>
      row.forEach((score, way) => {
        const own = Math.floor(i / 3) === way ? 1 : 0;
        relation += (1 / (1 + Math.exp(-score)) - own) ** 2 / 48;
      }),
    );
    tf.tidy(() => {
      const [s, q] = [tf.tensor2d(many), tf.tensor2d(query)];
      assertClose(losses.prototypical(s, q, { ways }).dataSync(), [prototypical], "prototypical");
      assertClose(losses.matching(s, q, { ways }).dataSync(), [matching], "matching");
      assertClose(losses.relation(tf.tensor2d(scores(4)), { ways }).dataSync(), [relation], "relation"); // prettier-ignore
    });
  });

  it("are the logarithm of the number of classes where all embeddings are equal", () => {
    tf.tidy(() => {
      const [s, q]: Tensor2D[] = [tf.ones([10, 3]), tf.ones([15, 3])];
      assertClose(losses.prototypical(s, q, { ways: 5 }).dataSync(), [Math.log(5)], "prototypical");
      assertClose(losses.matching(s, q, { ways: 5 }).dataSync(), [Math.log(5)], "matching");
      // Sigmoid of 0 is a half, a quarter off for every class.
      assertClose(losses.relation(tf.zeros([10, 5]), { ways: 5 }).dataSync(), [0.25], "relation");
    });
  });

  it("refuse rows of other length and numbers that do not fit the classes", () => {
    tf.tidy(() => {
      const [s, q] = [tf.tensor2d(many), tf.tensor2d(query)];
      for (const loss of [losses.prototypical, losses.matching]) {
        assert.throws(() => loss(s, q, { ways: 3 }), InputError);
        assert.throws(() => loss(s, tf.zeros([8, 4]), { ways: 4 }), InputError);
        assert.throws(() => loss(s, tf.zeros([0, 5]), { ways: 4 }), InputError);
      }
      assert.throws(() => losses.relation(q, { ways: 4 }), InputError);
      assert.throws(() => losses.matching(s, q, { ways: 4, temperature: 0 }), InputError);
    });
  });
});
