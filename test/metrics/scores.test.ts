import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError } from "../../src/core";
import { accuracy, argmaxRows, balancedAccuracy, confusion, macroF1 } from "../../src/metrics";

// Numbers of scikit-learn 1.9.1 by test/fixtures/metricsGolden.py.
const labels = [0, 0, 0, 1, 1, 2, 2, 2, 2, 4, 4, 0];
const predicted = [0, 1, 0, 1, 1, 2, 0, 2, 3, 1, 4, 0];

/** Sums of a dozen terms in another order. */
const rounding = 1e-14;

const near = (got: number, expected: number): void => {
  assert.ok(Math.abs(got - expected) <= rounding, `${got} is not ${expected}`);
};

describe("scores of predictions", () => {
  const counts = confusion(labels, predicted, 6);

  it("counts true classes in rows, as scikit-learn does", () => {
    assert.deepEqual(counts, [
      [3, 1, 0, 0, 0, 0],
      [0, 2, 0, 0, 0, 0],
      [1, 0, 2, 1, 0, 0],
      [0, 0, 0, 0, 0, 0],
      [0, 1, 0, 0, 1, 0],
      [0, 0, 0, 0, 0, 0],
    ]);
  });

  it("gives scikit-learn's accuracy, balanced accuracy and macro F1, with absent classes", () => {
    near(accuracy(counts), 0.6666666666666666);
    near(balancedAccuracy(counts), 0.6875);
    near(macroF1(counts), 0.5499999999999999);
  });

  it("gives a majority vote chance in balanced accuracy", () => {
    const vote = confusion([0, 0, 0, 0, 1, 2], [0, 0, 0, 0, 0, 0], 3);
    near(accuracy(vote), 4 / 6);
    near(balancedAccuracy(vote), 1 / 3);
    near(macroF1(vote), 0.8 / 3);
  });

  it("gives 1 for right predictions and does not depend on the order of images", () => {
    const image = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }));
    fc.assert(
      fc.property(fc.array(image, { minLength: 1 }), (images) => {
        const own = images.map(([label]) => label);
        const perfect = confusion(own, own, 5);
        for (const score of [accuracy, balancedAccuracy, macroF1]) near(score(perfect), 1);
        const turned = [...images].reverse();
        assert.deepEqual(
          confusion(
            own,
            images.map(([, guess]) => guess),
            5,
          ),
          confusion(
            turned.map(([label]) => label),
            turned.map(([, guess]) => guess),
            5,
          ),
        );
      }),
      { seed: 5 },
    );
  });

  it("refuses hidden labels, unequal lengths and an empty test set, each with a sentence", () => {
    assert.throws(() => confusion([0, -1], [0, 0], 2), matches(/label -1.*from 0 to 1/));
    assert.throws(() => confusion([0, 1], [0, 2], 2), matches(/prediction 2/));
    assert.throws(() => confusion([0], [0, 1], 2), matches(/2 predictions for 1 labels/));
    assert.throws(() => accuracy(confusion([], [], 2)), matches(/without any image/));
    assert.throws(() => macroF1([[1, 2], [3]]), matches(/not all as long/));
  });
});

describe("argmaxRows", () => {
  it("names the largest of each row, the first of equals", () => {
    const rows = Float32Array.of(0.1, 0.7, 0.2, 0.4, 0.4, 0.2, 0, 0, 1);
    assert.deepEqual([...argmaxRows(rows, 3)], [1, 0, 2]);
  });

  it("refuses rows that are not whole or not numbers", () => {
    assert.throws(() => argmaxRows([0.1, 0.2, 0.3], 2), matches(/whole number of rows/));
    assert.throws(() => argmaxRows([0.5, 0.5, NaN, 1], 2), matches(/row 1.*diverged/));
    assert.throws(() => argmaxRows([1, NaN], 2), matches(/row 0/));
  });
});

function matches(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof InputError && message.test(error.message);
}
