import assert from "node:assert/strict";
import { InputError, type Classify } from "../../src/core";
import { classify } from "../../src";
import { labelledRows, probabilities } from "./rows";

const support = [
  [1, 0, 2],
  [3, 1, 0],
  [0, 2, 1],
  [-1, 4, 0.5],
];
const labels = [0, 0, 1, 1];
/** Two without a label, which belong to the base set all the same. */
const unlabelled = [
  [5, 5, 5],
  [2, -3, 1],
];
const query = [
  [2, 1.9, 0.3],
  [0.1, 3, -1],
];

const ask = (method: Classify, given: readonly number[] = labels): Promise<number[]> =>
  probabilities(method, labelledRows([...support, ...unlabelled], [...given, -1, -1], ["a", "b"]), query); // prettier-ignore

const softmax = (scores: readonly number[]): number[] => {
  const sum = scores.reduce((total, score) => total + Math.exp(score), 0);
  return scores.map((score) => Math.exp(score) / sum);
};

const norm = (v: readonly number[]): number => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));

function near(found: readonly number[], wanted: readonly number[]): void {
  assert.equal(found.length, wanted.length);
  found.forEach((value, i) =>
    assert.ok(Math.abs(value - wanted[i]) < 1e-5, `${value} ${wanted[i]}`),
  );
}

describe("classify/simpleShot", () => {
  const base = [...support, ...unlabelled];
  const mean = [0, 1, 2].map((j) => base.reduce((sum, row) => sum + row[j] / base.length, 0));
  const centred = (row: readonly number[]): number[] => row.map((x, j) => x - mean[j]);
  const scaled = (row: readonly number[]): number[] => row.map((x) => x / norm(row));
  const transforms = {
    UN: (row: readonly number[]): readonly number[] => row,
    L2N: scaled,
    CL2N: (row: readonly number[]): readonly number[] => scaled(centred(row)),
  };

  for (const [name, transform] of Object.entries(transforms)) {
    it(`is the nearest class mean of embeddings after ${name}, by the paper's formula`, async () => {
      const rows = support.map(transform);
      const means = [0, 1].map((c) =>
        [0, 1, 2].map((j) => (rows[2 * c][j] + rows[2 * c + 1][j]) / 2),
      );
      const wanted = query.flatMap((row) => {
        const q = transform(row);
        return softmax(means.map((m) => -m.reduce((sum, x, j) => sum + (q[j] - x) ** 2, 0)));
      });
      const method = classify.simpleShot({
        transform: name as keyof typeof transforms,
        standardise: "none",
      });
      near(await ask(method), wanted);
    });
  }

  it("brings each feature to the same spread where some images have no label", async () => {
    const spread = mean.map((m, j) => Math.sqrt(base.reduce((sum, row) => sum + (row[j] - m) ** 2 / base.length, 0))); // prettier-ignore
    const prepare = (row: readonly number[]): number[] => scaled(row.map((x, j) => (x - mean[j]) / spread[j])); // prettier-ignore
    const rows = support.map(prepare);
    const means = [0, 1].map((c) => [0, 1, 2].map((j) => (rows[2 * c][j] + rows[2 * c + 1][j]) / 2)); // prettier-ignore
    const wanted = query.flatMap((row) => {
      const q = prepare(row);
      return softmax(means.map((m) => -m.reduce((sum, x, j) => sum + (q[j] - x) ** 2, 0)));
    });
    near(await ask(classify.simpleShot()), wanted);
    const centre = [0, 0, 0];
    near(await ask(classify.simpleShot({ centre })), await ask(classify.simpleShot({ transform: "L2N", standardise: "none" }))); // prettier-ignore
    await assert.rejects(ask(classify.simpleShot({ centre, standardise: "all" })), /a centre, and/);
  });

  it("centres by the base set if nothing is said, and names what is wrong", async () => {
    assert.deepEqual(
      await ask(classify.simpleShot()),
      await ask(classify.simpleShot({ transform: "CL2N" })),
    );
    assert.throws(() => classify.simpleShot({ transform: "L2" as "L2N" }), InputError);
    await assert.rejects(ask(classify.simpleShot(), [0, 0, 0, 0]), /of class "b"/);
  });
});

describe("classify/matching", () => {
  it("sums the softmax of cosines over the labelled images of a class", async () => {
    const wanted = query.flatMap((q) => {
      const attention = softmax(
        support.map((s) => s.reduce((sum, x, j) => sum + x * q[j], 0) / (norm(s) * norm(q))),
      );
      return [attention[0] + attention[1], attention[2] + attention[3]];
    });
    near(await ask(classify.matching()), wanted);
  });

  it("names the class without a label", async () => {
    await assert.rejects(ask(classify.matching(), [1, 1, 1, 1]), /of class "a"/);
  });
});
