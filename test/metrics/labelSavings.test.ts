import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError, type Result } from "../../src/core";
import {
  areaInterval,
  areaUnderCurve,
  comparableBudget,
  independentUnits,
  isotonic,
  labelCurve,
  labelEquivalence,
  labelPoints,
  labelSavings,
  labelsToTarget,
  meanInterval,
  pairedDifference,
  type LabelPoint,
} from "../../src/metrics";

/** Logarithms and exponentials of numbers up to 100. */
const rounding = 1e-12;

const near = (got: number, expected: number): void => {
  assert.ok(Math.abs(got - expected) <= rounding * Math.max(1, expected), `${got} not ${expected}`);
};

/** One draw for each list of scores at 1, 2, 4, 8, ... labels. */
const ladder = (...draws: readonly (readonly number[])[]): LabelPoint[] =>
  draws.flatMap((values, draw) => values.map((value, i) => ({ labels: 2 ** i, draw, value })));

describe("isotonic", () => {
  it("gives scikit-learn's weighted isotonic regression", () => {
    // isotonic_regression by test/fixtures/metricsGolden.py
    const fitted = isotonic([1, 3, 2, 4, 3.5, 3.75, 5], [1, 1, 2, 1, 1, 3, 1]);
    [1, 7 / 3, 7 / 3, 3.75, 3.75, 3.75, 5].forEach((value, i) => near(fitted[i], value));
  });

  it("never falls, keeps the weighted mean, and leaves rising values alone", () => {
    const item = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 20 }), (items) => {
        const values = items.map(([value]) => value);
        const weights = items.map(([, weight]) => weight);
        const fitted = isotonic(values, weights);
        fitted.forEach((value, i) => assert.ok(i === 0 || value >= fitted[i - 1]));
        const total = (list: readonly number[]): number =>
          list.reduce((sum, value, i) => sum + value * weights[i], 0);
        assert.ok(Math.abs(total(fitted) - total(values)) < 1e-9);
        const rising = [...values].sort((a, b) => a - b);
        assert.deepEqual(isotonic(rising, weights), rising);
      }),
      { seed: 3 },
    );
  });
});

describe("labelsToTarget", () => {
  const curve = labelCurve(ladder([0.4, 0.6, 0.5, 0.8], [0.4, 0.6, 0.5, 0.8]));

  it("reads a rising curve between budgets, straight in log labels", () => {
    assert.deepEqual(curve.labels, [1, 2, 4, 8]);
    [0.4, 0.55, 0.55, 0.8].forEach((value, i) => near(curve.values[i], value));
    const { status, labels } = labelsToTarget(curve, 0.475);
    assert.equal(status, "reached");
    near(labels, Math.sqrt(2));
    near(labelsToTarget(curve, 0.8).labels, 8);
  });

  it("never looks beyond the budgets", () => {
    assert.deepEqual(labelsToTarget(curve, 0.81), { status: "notReached", labels: 8 });
    assert.deepEqual(labelsToTarget(curve, 0.3), { status: "atFirstBudget", labels: 1 });
  });

  it("refuses points without labels and no points", () => {
    assert.throws(() => labelCurve([]), /no point/);
    assert.throws(() => labelCurve([{ labels: 0, draw: 0, value: 0.5 }]), /0 labels/);
    assert.throws(() => labelCurve([{ labels: 1, draw: 0, value: NaN }]), /score NaN/);
  });
});

describe("labelSavings", () => {
  const slow = ladder(...[0, 1, 2].map(() => [0.2, 0.3, 0.4, 0.5, 0.6]));
  const fast = ladder(...[0, 1, 2].map(() => [0.4, 0.5, 0.6, 0.7, 0.8]));

  it("finds that a curve two doublings ahead saves three quarters of the labels", () => {
    const savings = labelSavings({ baseline: slow, method: fast });
    near(savings.target, 0.6);
    near(savings.factor.value, 4);
    near(savings.share.value, 0.75);
    assert.equal(savings.factor.bound, "exact");
    near(savings.interval?.low ?? NaN, 4);
    near(savings.interval?.high ?? NaN, 4);
  });

  it("finds no gain of a method over itself", () => {
    const { factor, share } = labelSavings({ baseline: fast, method: fast, target: 0.55 });
    assert.deepEqual([factor.value, share.value], [1, 0]);
  });

  it("counts at a budget of the baseline, and at any score between its budgets", () => {
    const at = labelSavings({ baseline: slow, method: fast, budget: 8 });
    assert.deepEqual([at.target, at.method.labels, at.factor.value], [0.5, 2, 4]);
    near(labelSavings({ baseline: slow, method: fast, target: 0.45 }).factor.value, 4);
    assert.throws(
      () => labelSavings({ baseline: slow, method: fast, budget: 3 }),
      /budget 3.*1, 2/,
    );
  });

  it("bounds a factor that the budgets do not hold, on the right side", () => {
    const bound = (baseline: LabelPoint[], method: LabelPoint[], target: number): object => {
      const { factor } = labelSavings({ baseline, method, target });
      return { value: Number(factor.value.toPrecision(12)), bound: factor.bound };
    };
    assert.deepEqual(bound(slow, fast, 0.4), { value: 4, bound: "atLeast" });
    assert.deepEqual(bound(slow, fast, 0.8), { value: 1, bound: "atLeast" });
    assert.deepEqual(bound(fast, slow, 0.4), { value: 0.25, bound: "atMost" });
    assert.deepEqual(bound(fast, slow, 0.8), { value: 1, bound: "atMost" });
    assert.deepEqual(bound(slow, fast, 0.9), { value: NaN, bound: "unknown" });
    assert.deepEqual(bound(slow, fast, 0.1), { value: NaN, bound: "unknown" });
  });

  it("holds all factors at which Student's test does not tell the two apart, and no others", () => {
    const noisy = ladder(
      [0.33, 0.47, 0.52, 0.66, 0.74],
      [0.29, 0.41, 0.57, 0.61, 0.7],
      [0.35, 0.44, 0.49, 0.69, 0.75],
    );
    const baseline = ladder(
      [0.21, 0.3, 0.44, 0.5, 0.61],
      [0.18, 0.33, 0.4, 0.52, 0.58],
      [0.2, 0.29, 0.41, 0.49, 0.63],
    );
    const { interval } = labelSavings({ baseline, method: noisy, budget: 8 });
    assert.ok(interval !== undefined && interval.low > 1 && interval.high < 8);
    for (const end of [interval.low, interval.high]) {
      // The method's score at the end, on straight lines, against the baseline's with 8 labels.
      const x = Math.log2(8 / end);
      const k = Math.floor(x);
      const differences = [0, 1, 2].map((draw) => {
        const own = noisy.filter((point) => point.draw === draw).map((point) => point.value);
        const other = baseline.find((point) => point.draw === draw && point.labels === 8);
        return own[k] + (x - k) * (own[k + 1] - own[k]) - (other?.value ?? NaN);
      });
      near(pairedDifference(differences, [0, 0, 0]).p, 0.05);
    }
  });

  it("has no limit where draws cannot tell, and none but bounds where a curve is flat", () => {
    const flat = ladder(
      [0.5, 0.56, 0.53, 0.55],
      [0.56, 0.52, 0.55, 0.54],
      [0.54, 0.53, 0.56, 0.56],
    );
    const rising = ladder([0.2, 0.4, 0.6, 0.8], [0.21, 0.41, 0.58, 0.8], [0.19, 0.4, 0.62, 0.79]);
    const savings = labelSavings({ baseline: rising, method: flat });
    assert.equal(savings.baseline.labels, 2);
    assert.deepEqual(savings.factor, { value: 2, bound: "atLeast" });
    assert.deepEqual(savings.interval, { low: 2, high: Infinity, level: 0.95 });
    assert.equal(comparableBudget([{ baseline: flat, method: flat }]), undefined);
    const same = labelSavings({ baseline: flat, method: flat });
    assert.ok(same.interval?.low === 0 && same.interval.high === Infinity);
  });

  it("counts draws that share a pretraining as one", () => {
    const own = (points: LabelPoint[]): LabelPoint[] =>
      points.map((point) => ({ ...point, pretraining: point.draw % 3 }));
    const noisy = ladder(
      ...[0.01, -0.01, 0.02, 0.01, -0.01, -0.02].map((by) =>
        [0.4, 0.5, 0.6, 0.7, 0.8].map((v) => v + by),
      ),
    );
    const four = ladder(...[0, 1, 2, 3, 4, 5].map(() => [0.2, 0.3, 0.4, 0.5, 0.6]));
    const interval = (method: LabelPoint[]): number =>
      labelSavings({ baseline: four, method, budget: 8 }).interval?.low ?? NaN;
    assert.ok(interval(own(noisy)) < interval(noisy));
    const linked = own(noisy);
    assert.deepEqual([...independentUnits(linked).unitOf.values()], [0, 1, 2, 0, 1, 2]);
    assert.equal(independentUnits(linked).onePretraining, false);
    assert.equal(independentUnits(noisy).onePretraining, true);
    const one = noisy.map((point) => ({ ...point, pretraining: 0 }));
    assert.deepEqual([...independentUnits(one).unitOf.values()], [0, 1, 2, 3, 4, 5]);
    assert.equal(independentUnits(one).onePretraining, true);
  });

  it("gives no interval for one draw or two", () => {
    for (const draws of [1, 2]) {
      const few = (points: LabelPoint[]): LabelPoint[] => points.filter(({ draw }) => draw < draws);
      const savings = labelSavings({ baseline: few(slow), method: few(fast) });
      assert.equal(savings.interval, undefined);
      near(savings.factor.value, 4);
    }
  });

  it("refuses draws that are not pairs and scores that stand twice", () => {
    const other = slow.filter((point) => point.draw === 0);
    assert.throws(
      () => labelSavings({ baseline: slow, method: other }),
      /draws 0, 1, 2 of the baseline and 0 of the method/,
    );
    assert.throws(() => labelSavings({ baseline: [...slow, slow[0]], method: fast }), /two scores/);
    assert.throws(() => labelSavings({ baseline: slow, method: fast.slice(1) }), /no score/);
    assert.throws(() => labelSavings({ baseline: [], method: [] }), InputError);
  });

  it("tells what each budget of the method is worth in the baseline's labels", () => {
    const [first, second, third, fourth] = labelEquivalence({ baseline: slow, method: fast });
    near(first.factor.value, 4);
    near(first.interval?.high ?? NaN, 4);
    near(second.baseline.labels, 8);
    near(third.factor.value, 4);
    assert.deepEqual(fourth.factor, { value: 2, bound: "atLeast" });
    assert.deepEqual(fourth.interval, { low: 2, high: Infinity, level: 0.95 });
  });
});

describe("comparableBudget", () => {
  const rising = ladder([0.2, 0.4, 0.6, 0.8], [0.21, 0.41, 0.58, 0.8], [0.19, 0.4, 0.62, 0.79]);
  const moved = (by: number): LabelPoint[] =>
    rising.map((point) => ({ ...point, value: point.value + by }));

  it("is the largest budget at which at least half of the methods can be told", () => {
    const compared = [0.1, 0.15, -0.1].map((by) => ({ baseline: rising, method: moved(by) }));
    assert.equal(comparableBudget(compared), 8);
    assert.equal(comparableBudget([{ baseline: rising, method: moved(-0.1) }]), 4);
  });

  it("looks no further where all have their score from the start", () => {
    const flat = ladder([0.97, 0.99, 0.98], [0.99, 0.97, 0.98], [0.98, 0.98, 0.98]);
    assert.equal(comparableBudget([{ baseline: flat, method: flat }]), undefined);
  });
});

describe("areaInterval", () => {
  it("is the t-interval of the areas under the draws' curves", () => {
    const points = ladder([0.4, 0.5, 0.6], [0.6, 0.7, 0.8], [0.5, 0.55, 0.6]);
    const expected = meanInterval([0.5, 0.7, 0.55]);
    const found = areaInterval(points);
    near(found.mean, areaUnderCurve(points));
    near(found.low, expected.low);
    near(found.high, expected.high);
    assert.throws(() => areaInterval(points.slice(1)), /2 scores of draw 0 on 3 budgets/);
  });
});

describe("areaUnderCurve", () => {
  it("is the score of a flat curve, and the mean of a straight one", () => {
    near(areaUnderCurve(ladder([0.7, 0.7, 0.7])), 0.7);
    near(areaUnderCurve(ladder([0.4, 0.5, 0.6], [0.6, 0.7, 0.8])), 0.6);
  });

  it("counts every doubling the same", () => {
    const points = [1, 2, 8].map((labels, i) => ({ labels, draw: 0, value: [0, 1, 1][i] }));
    near(areaUnderCurve(points), (0.5 + 2) / 3);
  });

  it("puts 0 at the floor and 1 at the ceiling", () => {
    near(areaUnderCurve(ladder([0.2, 0.2]), { floor: 0.2, ceiling: 0.9 }), 0);
    near(areaUnderCurve(ladder([0.9, 0.9]), { floor: 0.2, ceiling: 0.9 }), 1);
    assert.throws(() => areaUnderCurve(ladder([0.2])), /at least two budgets/);
    assert.throws(() => areaUnderCurve(ladder([0, 1]), { floor: 1 }), InputError);
  });
});

describe("labelPoints", () => {
  it("takes one method's trials and leaves out those with all labels", () => {
    const result = (method: string, labelsPerClass: number): Result => ({
      dataset: "set",
      method,
      labelsPerClass,
      draw: 1,
      seed: 1,
      accuracy: 0.5,
      balancedAccuracy: 0.4,
      macroF1: 0.3,
      nTest: 9,
      labelsRead: 6,
    });
    const results = [result("a", 2), result("b", 2), result("a", 0)];
    assert.deepEqual(labelPoints(results, { method: "a", metric: "macroF1" }), [
      { labels: 2, draw: 1, value: 0.3 },
    ]);
  });
});
