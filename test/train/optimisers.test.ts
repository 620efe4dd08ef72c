import assert from "node:assert/strict";
import {
  createRng,
  fusedName,
  hasOwnKernels,
  InputError,
  tf,
  type Tensor,
  type Variable,
} from "../../src/core";
import { adamW, byPart, lars, sgd, type Optimiser } from "../../src/train";
import { assertClose, noise, parity } from "../fixtures/networkParity";

/** Steps a weight (rank 2) and a bias (rank 1), and gives what they have become. */
function optimise(
  optimiser: Optimiser,
  start: { w: number[][]; b: number[] },
  gradients: (step: number) => { w: Tensor; b: Tensor },
  rates: readonly number[],
): { w: ArrayLike<number>; b: ArrayLike<number> } {
  const variables = new Map<string, Variable>([
    ["w", tf.tidy(() => tf.variable(tf.tensor2d(start.w)))],
    ["b", tf.tidy(() => tf.variable(tf.tensor1d(start.b)))],
  ]);
  const bound = optimiser(variables);
  rates.forEach((rate, step) =>
    tf.tidy(() => bound.step(new Map(Object.entries(gradients(step))), bound.numbers(rate))),
  );
  const [w, b] = [...variables.values()].map((variable) => variable.dataSync());
  bound.dispose();
  tf.dispose([...variables.values()]);
  return { w, b };
}

const start = {
  w: [
    [1, -2],
    [0.5, 3],
  ],
  b: [0.25, -0.75],
};
const given = (step: number): { w: Tensor; b: Tensor } => ({
  w: tf.tensor2d(noise(step + 1, 4), [2, 2]),
  b: tf.tensor1d(noise(step + 11, 2)),
});

describe("train/optimisers", () => {
  // torch.optim.SGD, torch.optim.AdamW and lightly.utils.lars.LARS, in networkParity.py
  const peers: Readonly<Record<string, Optimiser>> = {
    sgd: sgd({ momentum: 0.9, weightDecay: 0.1 }),
    nesterov: sgd({ momentum: 0.8, weightDecay: 0.1, nesterov: true }),
    adamW: adamW({ weightDecay: 0.2 }),
    lars: lars({ weightDecay: 0.1, variant: "lightly" }),
  };
  for (const [name, optimiser] of Object.entries(peers)) {
    it(`moves as PyTorch's, with no decay on vectors: ${name}`, () => {
      const { w, b } = optimise(optimiser, start, given, [0.1, 0.1, 0.05]);
      assertClose(w, parity.optimisers[name].w, "weight");
      assertClose(b, parity.optimisers[name].b, "bias");
    });
  }

  // Two steps by hand from the published formulas: w=(3,4), g=(0.6,-0.8), decay 0.1, rates 1 and 0.5.
  const published = {
    google: [2.98903477, 4.00487344],
    facebook: [2.99109085, 4.00395962],
    lightly: [2.99415065, 4.00259971],
  } as const;
  for (const [variant, expected] of Object.entries(published)) {
    it(`tells the published LARS codes apart: ${variant}`, () => {
      const { w } = optimise(
        lars({ weightDecay: 0.1, variant: variant as keyof typeof published }),
        { w: [[3, 4]], b: [1] },
        () => ({ w: tf.tensor2d([[0.6, -0.8]]), b: tf.tensor1d([0]) }),
        [1, 0.5],
      );
      assertClose(w, expected, "weight", { relative: 1e-7, absolute: 0 });
    });
  }

  it("does not adapt vectors in LARS, nor divide by a gradient of zero", () => {
    const { w, b } = optimise(
      lars(),
      start,
      () => ({ w: tf.zeros([2, 2]), b: tf.tensor1d([1, 2]) }),
      [0.1],
    );
    assertClose(w, start.w.flat(), "weight");
    assertClose(b, [0.15, -0.95], "bias");
  });

  it("moves each part by its own rule and rate", () => {
    const split = byPart({
      "": { optimiser: sgd({ momentum: 0.5 }) },
      w: { optimiser: adamW(), rate: (rate) => 3 * rate },
    });
    const rates = [0.1, 0.05];
    const { w, b } = optimise(split, start, given, rates);
    const tripled = rates.map((rate) => 3 * rate);
    assert.deepEqual(w, optimise(adamW(), start, given, tripled).w);
    assert.deepEqual(b, optimise(sgd({ momentum: 0.5 }), start, given, rates).b);
    const lone: Variable = tf.tidy(() => tf.variable(tf.scalar(1)));
    assert.throws(
      () => byPart({ w: { optimiser: sgd() } })(new Map([["b", lone]])),
      /"b" belongs to no part/,
    );
    lone.dispose();
  });

  const ownOnes: Readonly<Record<string, Optimiser>> = {
    sgd: sgd({ momentum: 0.9 }),
    "sgd with decay": sgd({ momentum: 0.9, weightDecay: 0.1 }),
    nesterov: sgd({ momentum: 0.8, weightDecay: 0.1, nesterov: true }),
    adamW: adamW({ beta1: 0.8, beta2: 0.99, weightDecay: 0.2 }),
  };
  for (const [name, optimiser] of Object.entries(ownOnes)) {
    it(`moves by its own kernel as by TensorFlow's pieces, to the bit: ${name}`, function () {
      if (!hasOwnKernels()) this.skip();
      // A part and some, of no whole number of registers; of all sizes, some of them 0.
      const rng = createRng(5);
      const values = (count: number): Float32Array =>
        Float32Array.from({ length: count }, (_, i) => (i % 7 === 0 ? 0 : rng.normal() * 10 ** (i % 11 - 8))); // prettier-ignore
      const from = {
        w: Array.from({ length: 131 }, () => Array.from(values(139))),
        b: Array.from(values(13)),
      };
      const slopes = [0, 1, 2].map(() => ({ w: values(131 * 139), b: values(13) }));
      const moved = (): readonly ArrayLike<number>[] => {
        const gradients = (step: number): { w: Tensor; b: Tensor } => ({
          w: tf.tensor2d(slopes[step].w, [131, 139]),
          b: tf.tensor1d(slopes[step].b),
        });
        const { w, b } = optimise(optimiser, from, gradients, [0.1, 0.1, 0.05]);
        return [w, b];
      };
      const own = moved();
      process.env[fusedName] = "off";
      try {
        assert.deepEqual(own, moved());
      } finally {
        delete process.env[fusedName];
      }
    });
  }

  it("refuses options out of range", () => {
    assert.throws(() => sgd({ momentum: 2 }), InputError);
    assert.throws(() => sgd({ weightDecay: -1 }), InputError);
    assert.throws(() => adamW({ beta2: 1.5 }), InputError);
    assert.throws(() => lars({ trust: 0 }), InputError);
    assert.throws(() => lars({ variant: "googel" as "google" }), /Did you mean "google"/);
  });
});
