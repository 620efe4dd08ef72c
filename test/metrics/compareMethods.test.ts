import assert from "node:assert/strict";
import { createRng, InputError } from "../../src/core";
import {
  areaUnderCurve,
  compareMethods,
  holm,
  labelPoints,
  pairedDifference,
  type MethodDifference,
  type ScoredResult,
} from "../../src/metrics";
import { simulatedStudy } from "./simulatedStudy";

const labels = [1, 5, 20];
const rise = (by: number) => (n: number) => 0.4 + by + 0.1 * Math.log(n);

const results = simulatedStudy({
  methods: { base: rise(0), better: rise(0.08), same: rise(0) },
  labels,
  draws: 5,
  pretrainings: 5,
  rng: createRng(4),
});

const scores = (method: string, budget: number): number[] =>
  results
    .filter((result) => result.method === method && result.labelsPerClass === budget)
    .map((result) => result.balancedAccuracy);

const at = (differences: readonly MethodDifference[], name: string, place: number | "area") => {
  const found = differences.find((one) => one.method === name && one.at === place);
  assert.ok(found !== undefined);
  return found;
};

describe("compareMethods", () => {
  const differences = compareMethods(results, { against: "base" });

  it("compares every other method on the same draws, at each budget and over the whole curve", () => {
    assert.deepEqual(
      differences.map((one) => `${one.method} ${one.at}`),
      [
        ...["better area", "same area"],
        ...["better 1", "better 5", "better 20", "same 1", "same 5", "same 20"],
      ],
    );
    for (const budget of labels) {
      const expected = pairedDifference(scores("better", budget), scores("base", budget));
      const found = at(differences, "better", budget);
      assert.deepEqual([found.mean, found.low, found.p], [expected.mean, expected.low, expected.p]);
    }
    const area = (method: string): number => areaUnderCurve(labelPoints(results, { method }));
    const { mean, n } = at(differences, "same", "area");
    assert.ok(Math.abs(mean - (area("same") - area("base"))) < 1e-12);
    assert.equal(n, 5);
  });

  it("corrects the areas and the budgets each as a family", () => {
    for (const family of [
      differences.filter((one) => one.at === "area"),
      differences.filter((one) => one.at !== "area"),
    ]) {
      const expected = holm(family.map((one) => one.p));
      assert.deepEqual(
        family.map((one) => one.adjusted),
        expected,
      );
    }
  });

  it("takes the draws that both have done, and leaves out what has none", () => {
    const broken = results.filter(
      (result) =>
        !(result.method === "better" && result.draw === 2 && result.labelsPerClass === 5) &&
        !(result.method === "same" && result.labelsPerClass === 20),
    );
    const found = compareMethods(broken, { against: "base" });
    assert.equal(at(found, "better", 5).n, 4);
    assert.equal(at(found, "better", "area").n, 4);
    assert.equal(at(found, "better", 1).n, 5);
    assert.equal(
      found.some((one) => one.method === "same" && one.at === 20),
      false,
    );
    assert.equal(at(found, "same", "area").n, 5);
  });

  it("counts draws that share an encoder as one, and gives one draw no p-value", () => {
    const shared = results.map((result) => ({ ...result, pretraining: result.draw % 2 }));
    assert.equal(at(compareMethods(shared, { against: "base" }), "better", 5).degreesOfFreedom, 1);
    const single = results.filter((result) => result.draw === 0);
    const { p, adjusted, mean } = at(compareMethods(single, { against: "base" }), "better", 5);
    assert.deepEqual([p, adjusted], [NaN, NaN]);
    assert.ok(Number.isFinite(mean));
  });

  it("puts all labels last, as a budget of its own", () => {
    const full = labels.flatMap(
      (_, draw) =>
      ["base", "better"].map((method): ScoredResult => ({ ...results[0], method, draw, labelsPerClass: 0, balancedAccuracy: method === "base" ? 0.8 : 0.9 + draw / 100 })), // prettier-ignore
    );
    const found = compareMethods([...results, ...full], { against: "base" });
    assert.deepEqual(
      found.filter((one) => one.method === "better").map((one) => one.at),
      ["area", 1, 5, 20, 0],
    );
  });

  it("refuses a method that is not there, and two studies in one", () => {
    assert.throws(() => compareMethods(results, { against: "bass" }), /Did you mean "base"/);
    assert.throws(() => compareMethods([...results, results[0]], { against: "base" }), InputError);
  });
});
