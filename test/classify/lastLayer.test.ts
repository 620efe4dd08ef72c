import assert from "node:assert/strict";
import { createRng, InputError, type Classify } from "../../src/core";
import { classify } from "../../src";
import { wave } from "../fixtures/lossParity";
import { fewShotParity } from "../fixtures/fewShotParity";
import { labelledRows, probabilities } from "./rows";

const support = wave(6, 4, [0.3, 1.7, 2.9]);
const labels = [0, 0, 1, 1, 2, 2];
const query = wave(5, 4, [0.5, 1.71, 2.9]);

const classNames = ["class 0", "class 1", "class 2"];
const ask = (method: Classify, asked = query, known = labels): Promise<number[]> =>
  probabilities(method, labelledRows(support, known, classNames), asked);

function near(found: readonly number[], wanted: readonly number[], tolerance = 1e-5): void {
  assert.equal(found.length, wanted.length);
  found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < tolerance, `${i}: ${value} ${wanted[i]}`)); // prettier-ignore
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, j) => sum + x * b[j], 0);
const softmax = (scores: readonly number[]): number[] => {
  const raised = scores.map(Math.exp);
  return raised.map((x) => x / raised.reduce((a, b) => a + b));
};

type Scores = (x: readonly number[], weights: readonly number[]) => number[];

const kinds: Readonly<Record<string, { method: Classify; scores: Scores; length: number }>> = {
  baseline: {
    method: classify.baseline({ epochs: 7, batchSize: 6, learningRate: 0.3, weightDecay: 0.01 }),
    scores: (x, w) => [0, 1, 2].map((c) => dot(x, w.slice(4 * c, 4 * c + 4)) + w[12 + c]),
    length: 15,
  },
  baselinePlusPlus: {
    method: classify.baselinePlusPlus({ epochs: 7, batchSize: 6, learningRate: 0.3, weightDecay: 0.01, scale: 5 }), // prettier-ignore
    scores: (x, w) =>
      [0, 1, 2].map((c) => {
        const own = w.slice(4 * c, 4 * c + 4);
        return (5 * dot(x, own)) / Math.sqrt(dot(x, x) * dot(own, own));
      }),
    length: 12,
  },
};

for (const [name, { method, scores, length }] of Object.entries(kinds)) {
  describe(`classify/${name}`, () => {
    it("takes the steps that a loss by finite differences and PyTorch's rule of SGD make", async () => {
      const loss = (w: readonly number[]): number =>
        support.reduce((sum, x, i) => sum - Math.log(softmax(scores(x, w))[labels[i]]) / 6, 0);
      const start = createRng(1).fork("weights");
      let weights = Array.from({ length }, () => start.between(-0.5, 0.5));
      let velocity: number[] = [];
      for (let step = 0; step < 7; step++) {
        const slopes = weights.map((w, at) => {
          const moved = (by: number): number[] => weights.map((v, i) => (i === at ? v + by : v));
          return (loss(moved(1e-5)) - loss(moved(-1e-5))) / 2e-5 + 0.01 * w;
        });
        velocity = step === 0 ? slopes : velocity.map((v, at) => 0.9 * v + 0.1 * slopes[at]);
        weights = weights.map((w, at) => w - 0.3 * velocity[at]);
      }
      near(await ask(method), query.flatMap((x) => softmax(scores(x, weights)))); // prettier-ignore
    });

    it("tells classes that lie apart with the paper's defaults, the same for the same seed", async () => {
      const apart = labels.map((label, i) => [0, 1, 2].map((c) => (c === label ? 3 : 0.1 * i)));
      const make = name === "baseline" ? classify.baseline : classify.baselinePlusPlus;
      const tell = (): Promise<number[]> =>
        probabilities(make(), labelledRows(apart, labels), apart);
      const told = await tell();
      labels.forEach((label, i) => {
        const row = told.slice(3 * i, 3 * i + 3);
        assert.equal(row.indexOf(Math.max(...row)), label);
      });
      assert.deepEqual(await tell(), told);
    });

    it("refuses a class without a label, and options out of range", async () => {
      await assert.rejects(ask(method, query, [0, 0, 1, 1, 1, 1]), /of class "class 2"/);
      assert.throws(() => classify.baseline({ epochs: 0 }), InputError);
      assert.throws(() => classify.baselinePlusPlus({ scale: 0 }), InputError);
    });
  });
}

describe("classify/laplacianShot", () => {
  it("gives what the paper's iteration gives in PyTorch", async () => {
    const many = wave(14, 4, [0.5, 1.71, 2.9]);
    for (const { lambda, neighbours, iterations, ...wanted } of fewShotParity.laplacianShot) {
      const options = { lambda, neighbours, maxIterations: iterations, transform: "L2N" } as const;
      near(await ask(classify.laplacianShot(options), many), wanted.probabilities);
    }
  });

  it("is SimpleShot where neighbours have no weight or there is none", async () => {
    const simple = classify.simpleShot();
    near(await ask(classify.laplacianShot({ lambda: 0 })), await ask(simple));
    near(await ask(classify.laplacianShot(), [query[0]]), await ask(simple, [query[0]]));
  });

  it("lets a doubtful image follow those beside it", async () => {
    // Between the classes, a little nearer to the first, but in a crowd that belongs to the second.
    const crowd = [[0.48], [0.56], [0.57], [0.58], [0.59]];
    const train = labelledRows([[0], [1]], [0, 1]);
    for (const [lambda, wanted] of [
      [0, 0],
      [2, 1],
    ] as const) {
      // prettier-ignore
      const method = classify.laplacianShot({ lambda, transform: "UN" });
      const told = await probabilities(method, train, crowd);
      assert.equal(told[0] >= told[1] ? 0 : 1, wanted);
    }
  });

  it("refuses a class without a label, and options out of range", async () => {
    await assert.rejects(ask(classify.laplacianShot(), query, [0, 0, 0, 1, 1, 1]), /"class 2"/);
    assert.throws(() => classify.laplacianShot({ lambda: -1 }), InputError);
    assert.throws(() => classify.laplacianShot({ neighbours: 0 }), InputError);
  });
});
