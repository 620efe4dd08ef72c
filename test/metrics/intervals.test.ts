import assert from "node:assert/strict";
import { conformal, conformalSet, exactShare, poissonInterval, wilson } from "../../src/metrics";

const near = (found: number, expected: number, tolerance = 5e-6): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `${found} is not ${expected}`);

describe("intervals of shares and counts", () => {
  it("gives Wilson's interval", () => {
    for (const [k, n, low, high] of [
      [45, 50, 0.7864, 0.95652],
      [10, 10, 0.72247, 1],
      [9, 10, 0.59585, 0.98212],
    ]) {
      const found = wilson(k, n);
      near(found.low, low);
      near(found.high, high);
    }
    assert.deepEqual(wilson(0, 0), { share: NaN, low: 0, high: 1, n: 0, effective: 0 });
  });

  it("gives the exact interval of a share, which holds for few counts too", () => {
    for (const [k, n, low, high] of [
      [9, 10, 0.55498, 0.99747],
      [0, 10, 0, 1 - 0.025 ** (1 / 10)],
      [10, 10, 0.025 ** (1 / 10), 1],
    ]) {
      const found = exactShare(k, n);
      near(found.low, low);
      near(found.high, high);
    }
    // Of all counts that 5 draws can give, those whose interval misses are rare, whatever the share is; Wilson's misses 14 % at 0.97.
    const misses = (interval: typeof exactShare | typeof wilson, p: number): number => {
      const chances = [1, 5, 10, 10, 5, 1].map((ways, k) => ways * p ** k * (1 - p) ** (5 - k));
      const isMissed = (k: number): boolean => interval(k, 5).low > p || interval(k, 5).high < p;
      return chances.reduce((sum, chance, k) => sum + (isMissed(k) ? chance : 0), 0);
    };
    for (let p = 0.01; p < 1; p += 0.01) assert.ok(misses(exactShare, p) <= 0.05, String(p));
    near(misses(wilson, 0.97), 0.1413, 1e-3);
    const together = exactShare(45, 50, { effective: 10 });
    near(together.low, exactShare(9, 10).low, 1e-9);
    assert.deepEqual(exactShare(0, 0), { share: NaN, low: 0, high: 1, n: 0, effective: 0 });
    assert.throws(() => exactShare(3, 2), /Got k 3/);
  });

  it("widens it where what was counted hangs together", () => {
    const alone = wilson(45, 50);
    const together = wilson(45, 50, { effective: 10 });
    assert.ok(together.low < alone.low && together.high > alone.high);
    near(together.low, wilson(9, 10).low, 1e-12);
    assert.throws(() => wilson(3, 2), /Got k 3/);
  });

  it("gives the exact interval of a Poisson mean", () => {
    // Plain sums of the terms in double precision, by bisection, in Python.
    for (const [count, low, high] of [
      [0, 0, 3.688879],
      [1, 0.025318, 5.571643],
      [10, 4.795389, 18.390356],
      [100, 81.363991, 121.626794],
    ]) {
      const found = poissonInterval(count);
      near(found.low, low);
      near(found.high, high);
    }
    near(poissonInterval(40000).low, 39608.95, 0.2);
    assert.throws(() => poissonInterval(1.5), /count 1.5/);
  });
});

describe("conformal sets", () => {
  // Nine calibration rows with their true classes.
  const rows: readonly (readonly [readonly number[], number])[] = [
    [[0.7, 0.2, 0.1], 0],
    [[0.1, 0.6, 0.3], 1],
    [[0.25, 0.35, 0.4], 2],
    [[0.5, 0.3, 0.2], 1],
    [[0.05, 0.9, 0.05], 1],
    [[0.3, 0.3, 0.4], 2],
    [[0.8, 0.15, 0.05], 0],
    [[0.2, 0.5, 0.3], 2],
    [[0.15, 0.25, 0.6], 2],
  ];
  const scores = rows.map(([p, y]) => 1 - p[y]);
  const tests = [
    [0.6, 0.3, 0.1],
    [0.4, 0.35, 0.25],
    [0.34, 0.33, 0.33],
    [0.95, 0.03, 0.02],
  ];

  it("gives MAPIE's threshold and sets", () => {
    const found = conformal(scores, { miss: 0.2 });
    near(found.threshold, 0.7, 1e-12);
    assert.equal(found.missing, 0);
    assert.deepEqual(
      tests.map((p) => conformalSet(p, 0, 3, found.threshold).join("")),
      ["01", "01", "012", "0"],
    );
  });

  it("promises nothing with too few labels, and says how many are missing", () => {
    assert.deepEqual(
      [0.2, 0.1, 0.05, 0.01].map((miss) => conformal([], { miss }).missing),
      [4, 9, 19, 99],
    );
    const few = conformal(scores.slice(0, 8));
    assert.deepEqual(few, { threshold: Infinity, n: 8, missing: 1 });
    assert.deepEqual(conformalSet(tests[3], 0, 3, few.threshold), [0, 1, 2]);
    assert.equal(conformal(scores).threshold, Math.max(...scores));
    assert.throws(() => conformal([NaN]), /not a number/);
  });
});
