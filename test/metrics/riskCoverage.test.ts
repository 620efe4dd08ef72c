import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError } from "../../src/core";
import { balancedAccuracy, classRecall, riskCoverage } from "../../src/metrics";

describe("riskCoverage", () => {
  // Numbers by test/fixtures/metricsGolden.py.
  const confidence = [0.936, 0.604, 0.976, 0.705, 0.995, 0.604, 0.727, 0.936];
  const wrong = [false, true, false, false, false, false, true, false];

  it("gives the areas of their definitions, ties by place", () => {
    const { risks, aurc, eAurc, augrc } = riskCoverage(confidence, wrong);
    const rounded = risks.map((risk) => Number(risk.toFixed(6)));
    assert.deepEqual(rounded, [0, 0, 0, 0, 0.2, 0.166667, 0.285714, 0.25]);
    assert.deepEqual(
      [aurc, eAurc, augrc].map((area) => area.toFixed(6)),
      ["0.112798", "0.078559", "0.093750"],
    );
  });

  it("ends at the error rate, is lowest where errors come last and highest where they come first", () => {
    const item = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean());
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 40 }), (items) => {
        const outcomes = items.map(([, isWrong]) => isWrong);
        const found = riskCoverage(items.map(([score]) => score), outcomes); // prettier-ignore
        const rate = outcomes.filter(Boolean).length / items.length;
        assert.equal(found.risks[items.length - 1], rate);
        const best = riskCoverage(outcomes.map((isWrong) => (isWrong ? 0 : 1)), outcomes); // prettier-ignore
        const worst = riskCoverage(outcomes.map((isWrong) => (isWrong ? 1 : 0)), outcomes); // prettier-ignore
        for (const area of ["aurc", "eAurc", "augrc"] as const)
          assert.ok(best[area] <= found[area] + 1e-12 && found[area] <= worst[area] + 1e-12);
      }),
      { seed: 6 },
    );
  });

  it("knows all right and all wrong", () => {
    const all = (isWrong: boolean): object => {
      const { aurc, eAurc } = riskCoverage([3, 2, 1], [isWrong, isWrong, isWrong]);
      return { aurc, eAurc };
    };
    assert.deepEqual(all(false), { aurc: 0, eAurc: 0 });
    assert.deepEqual(all(true), { aurc: 1, eAurc: 0 });
  });

  it("refuses no image, unequal lengths and confidences that are no numbers", () => {
    assert.throws(() => riskCoverage([], []), InputError);
    assert.throws(() => riskCoverage([1], []), /1 confidences, 0 outcomes/);
    assert.throws(() => riskCoverage([NaN], [true]), /no number/);
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
