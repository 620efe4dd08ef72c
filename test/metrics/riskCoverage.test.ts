import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError } from "../../src/core";
import { balancedAccuracy, classRecall, riskCoverage } from "../../src/metrics";

/** Probabilities of two classes, the second of which is told with this confidence, above a half; and labels that make it right or wrong. */
const outcome = (
  confidence: readonly number[],
  wrong: readonly boolean[],
): Parameters<typeof riskCoverage> => [
  confidence.flatMap((sure) => [1 - sure, sure]),
  wrong.map((isWrong) => (isWrong ? 0 : 1)),
];

describe("riskCoverage", () => {
  // Numbers by test/fixtures/metricsGolden.py.
  const confidence = [0.936, 0.604, 0.976, 0.705, 0.995, 0.604, 0.727, 0.936];
  const wrong = [false, true, false, false, false, false, true, false];

  it("gives the areas of their definitions, ties by place", () => {
    const { risks, area, excess, generalised } = riskCoverage(...outcome(confidence, wrong));
    const rounded = Array.from(risks, (risk) => Number(risk.toFixed(6)));
    assert.deepEqual(rounded, [0, 0, 0, 0, 0.2, 0.166667, 0.285714, 0.25]);
    assert.deepEqual(
      [area, excess, generalised].map((value) => value.toFixed(6)),
      ["0.112798", "0.078559", "0.093750"],
    );
  });

  it("ends at the error rate, is lowest where errors come last and highest where they come first", () => {
    const item = fc.tuple(fc.double({ min: 0.51, max: 1, noNaN: true }), fc.boolean());
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 40 }), (items) => {
        const wrongs = items.map(([, isWrong]) => isWrong);
        const found = riskCoverage(...outcome(items.map(([score]) => score), wrongs)); // prettier-ignore
        const rate = wrongs.filter(Boolean).length / items.length;
        assert.equal(found.risks[items.length - 1], rate);
        const best = riskCoverage(...outcome(wrongs.map((isWrong) => (isWrong ? 0.6 : 1)), wrongs)); // prettier-ignore
        const worst = riskCoverage(...outcome(wrongs.map((isWrong) => (isWrong ? 1 : 0.6)), wrongs)); // prettier-ignore
        for (const area of ["area", "excess", "generalised"] as const)
          assert.ok(best[area] <= found[area] + 1e-12 && found[area] <= worst[area] + 1e-12);
      }),
      { seed: 6 },
    );
  });

  it("knows all right and all wrong", () => {
    const all = (isWrong: boolean): object => {
      const { area, excess } = riskCoverage(
        ...outcome([0.9, 0.8, 0.7], [isWrong, isWrong, isWrong]),
      );
      return { area, excess };
    };
    assert.deepEqual(all(false), { area: 0, excess: 0 });
    assert.deepEqual(all(true), { area: 1, excess: 0 });
  });

  it("refuses no image, and probabilities that do not go up in the labels", () => {
    assert.throws(() => riskCoverage([], []), InputError);
    assert.throws(() => riskCoverage([0.5, 0.5, 0], [0, 1]), /3 probabilities for 2 labels/);
  });
});

describe("classRecall", () => {
  it("is the share of each class that was told, NaN without images, with the balanced accuracy as mean", () => {
    const counts = [
      [3, 1, 0],
      [0, 0, 0],
      [1, 0, 1],
    ];
    assert.deepEqual(classRecall(counts), [0.75, NaN, 0.5]);
    assert.equal(balancedAccuracy(counts), 0.625);
    assert.throws(() => classRecall([[0]]), /without any image/);
  });
});
