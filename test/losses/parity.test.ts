import assert from "node:assert/strict";
import { InputError, tf, type Scalar, type Tensor2D } from "../../src/core";
import * as losses from "../../src/losses";
import { fewShotParity } from "../fixtures/fewShotParity";
import { lossParity, pairs, type LossCase } from "../fixtures/lossParity";
import { assertClose } from "../fixtures/networkParity";

type Pair = (typeof pairs)[keyof typeof pairs];
type Options = Readonly<Record<string, never>>;

/** Each loss as a function of its two inputs alone. */
const functions: Readonly<
  Record<string, (a: Tensor2D, b: Tensor2D, options: Options, pair: Pair) => Scalar>
> = {
  ntXent: (a, b, options) => losses.ntXent(a, b, options),
  barlowTwins: (a, b, options) => losses.barlowTwins(a, b, options),
  vicreg: (a, b, options) => losses.vicreg(a, b, options),
  byol: (a, b) => losses.byol(a, b),
  simSiam: (a, b) => losses.simSiam(a, b),
  infoNce: (a, b, options, { negatives }) =>
    losses.infoNce(a, b, {
      ...options,
      negatives: tf.tensor2d(negatives.map((row) => [...row])),
    }),
  supCon: (a, b, options, { labels }) =>
    losses.supCon(a, b, { ...options, labels: tf.tensor1d([...labels], "int32") }),
  dino: (a, b, options, { centre }) =>
    losses.dino(a, b, { ...options, centre: tf.tensor1d([...centre]) }),
  consistency: (a, b, options) => losses.consistency(a, b, options),
};

const matrix = (rows: readonly (readonly number[])[]): Tensor2D =>
  tf.tensor2d(rows.map((row) => [...row]));

function describeCase({ loss, options, pair }: LossCase): string {
  const told = Object.entries(options).map(([key, value]) => `${key} ${value}`);
  return [loss, ...told, pair].join(", ");
}

describe("losses beside PyTorch's and lightly's", () => {
  for (const expected of lossParity.losses) {
    it(`give the same value and gradients: ${describeCase(expected)}`, () => {
      tf.tidy(() => {
        const pair = pairs[expected.pair];
        const { value, grads } = tf.valueAndGrads((a, b) =>
          functions[expected.loss](a as Tensor2D, b as Tensor2D, expected.options as Options, pair),
        )([matrix(pair.a), matrix(pair.b)]);
        // Relative to the largest slope: a small one is the difference of large ones.
        const scale = (of: readonly number[]): number => 1e-4 * Math.max(...of.map(Math.abs));
        const within = (of: readonly number[]): object => ({ relative: 0, absolute: scale(of) });
        assertClose(value.dataSync(), [expected.value], "value", within([expected.value]));
        assertClose(grads[0].dataSync(), expected.a, "first gradient", within(expected.a));
        assert.ok(expected.a.some((slope) => slope !== 0));
        if (expected.b === null) assert.ok(grads[1].dataSync().every((slope) => slope === 0));
        else assertClose(grads[1].dataSync(), expected.b, "second gradient", within(expected.b));
      });
    });
  }

  it("compares every loss there is", () => {
    const compared = new Set(
      [...lossParity.losses, ...fewShotParity.losses].map(({ loss }) => loss),
    ).add("crossEntropy");
    assert.deepEqual([...compared].sort(), Object.keys(losses).sort());
  });

  it("multiply the slope of what follows into the gradient", () => {
    for (const [name, loss] of Object.entries(functions)) {
      tf.tidy(() => {
        const { a, b } = pairs.large;
        const once = tf.grad((x) => loss(x as Tensor2D, matrix(b), {}, pairs.large))(matrix(a));
        const thrice = tf.grad((x) =>
          loss(x as Tensor2D, matrix(b), {}, pairs.large).mul<Scalar>(3),
        )(matrix(a));
        assertClose(thrice.dataSync(), once.mul(3).dataSync(), name);
      });
    }
  });

  it("refuse inputs of different shapes", () => {
    for (const [name, loss] of Object.entries(functions)) {
      if (name === "ntXent") continue;
      tf.tidy(() =>
        assert.throws(
          () => loss(matrix(pairs.large.a), matrix(pairs.small.b), {}, pairs.large),
          InputError,
          name,
        ),
      );
    }
  });
});
