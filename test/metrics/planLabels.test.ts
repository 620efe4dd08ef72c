import assert from "node:assert/strict";
import fc from "fast-check";
import { createRng, InputError } from "../../src/core";
import { fitCurve, planLabels, type CurvePoint, type LabelPoint } from "../../src/metrics";
import { zoom } from "../../src/metrics/zoom";
import { measuredCurves, inventedCurve, measurePlanner } from "./measurePlanner";

/** Where the search of a fit ends, and digits of the reference. */
const fitted = 2e-4;

const near = (got: number, expected: number, tolerance = fitted): void => {
  assert.ok(Math.abs(got - expected) <= tolerance * Math.abs(expected), `${got} not ${expected}`);
};

const labels = [20, 40, 80, 160, 320];
const errors = [0.42, 0.33, 0.262, 0.205, 0.171];
const deviations = [0.05, 0.035, 0.02, 0.012, 0.008];
const points = labels.map((n, i): CurvePoint => ({ labels: n, error: errors[i], standardError: deviations[i] })); // prettier-ignore

describe("fitCurve", () => {
  // Numbers of scipy 1.17.1, curve_fit and least_squares, by test/fixtures/metricsGolden.py.

  it("fits a power law with an offset as scipy does, weighted by standard errors", () => {
    const fit = fitCurve(points, { model: "pow3" });
    const { a, b, c } = fit.parameters;
    [a, b, c].forEach((value, i) => near(value, [0.0711448, 1.3877607, 0.4571606][i]));
    const { a: ea, b: eb, c: ec } = fit.standardErrors;
    [ea, eb, ec].forEach((value, i) => near(value, [0.0986636, 0.9077614, 0.2748711][i], 1e-3));
    near(fit.chiSquared, 0.0904146);
    near(fit.errorAt(640), 0.143495);
    near(fit.errorAt(1280), 0.123846);
    near(fit.deviationAt(640), 0.01761, 1e-3);
    near(fit.deviationAt(1280), 0.02949, 1e-3);
    near(fit.labelsFor(0.15), 530.1);
    near(fit.labelsFor(0.12), 1510.8);
    assert.equal(fit.labelsFor(0.07), Infinity);
  });

  it("weighs all points the same where there is no standard error", () => {
    const plain = points.map(({ labels: n, error }) => ({ labels: n, error }));
    const fit = fitCurve(plain, { model: "pow3" });
    near(fit.labelsFor(0.12), 1164.8);
    assert.ok(Number.isNaN(fit.deviationAt(640)));
    // A floor above all standard errors does the same.
    near(fitCurve(points, { model: "pow3", floor: 1 }).labelsFor(0.12), 1164.8, 1e-3);
  });

  it("fits the other models as scipy does", () => {
    const { b, c } = fitCurve(points, { model: "pow2" }).parameters;
    near(b, 1.065252);
    near(c, 0.319494);
    const log = fitCurve(points, { model: "log2" }).parameters;
    near(log["a"], 0.07277);
    near(log["b"], 0.586435);
    const mmf4 = fitCurve(points, { model: "mmf4" });
    near(mmf4.chiSquared, 0.0274981);
    near(mmf4.parameters["c"], 0.1245312, 1e-3);
    near(mmf4.parameters["d"], 0.9145179, 1e-3);
  });

  it("recovers the curve that points lie on", () => {
    const power = (n: number): number => 0.08 + 1.2 * n ** -0.5;
    const exact = [10, 20, 40, 80, 160, 320, 640].map((n) => ({ labels: n, error: power(n) }));
    const fit = fitCurve(exact, { model: "pow3" });
    near(fit.parameters["a"], 0.08);
    near(fit.labelsFor(0.12), 900);
    near(fit.errorAt(320) - fit.errorAt(420), 0.008528, 1e-3);
    const sigmoid = (n: number): number => (0.8 * 30 + 0.1 * n ** 1.4) / (30 + n ** 1.4);
    const mmf4 = fitCurve(exact.map(({ labels: n }) => ({ labels: n, error: sigmoid(n) })), { model: "mmf4" }); // prettier-ignore
    near(mmf4.errorAt(1280), sigmoid(1280), 1e-3);
    near(mmf4.labelsFor(sigmoid(100)), 100, 1e-3);
  });

  it("never rises, never falls below 0, and inverts itself", () => {
    const error = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(error, { minLength: 4, maxLength: 6 }),
        fc.constantFrom("pow2", "pow3", "log2", "mmf4"),
        (values, model) => {
          const fit = fitCurve(values.map((value, i) => ({ labels: 2 ** i, error: value })), { model }); // prettier-ignore
          const told = [0.5, 1, 3, 10, 100, 1e4].map(fit.errorAt);
          told.forEach((value, i) => assert.ok(value >= -1e-12 && value <= (told[i - 1] ?? Infinity) + 1e-9)); // prettier-ignore
          const back = fit.labelsFor(told[3]);
          if (told[2] - told[4] > 1e-3) near(back, 10, 1e-2);
        },
      ),
      { seed: 4, numRuns: 40 },
    );
  });

  it("refuses too few points and what is no number", () => {
    assert.throws(() => fitCurve(points.slice(0, 2), { model: "pow3" }), /2 points for pow3/);
    assert.throws(() => fitCurve([...points, { labels: 0, error: 1 }], { model: "pow2" }), InputError); // prettier-ignore
    assert.throws(() => fitCurve(points, { model: "pow2", floor: 0 }), /floor 0/);
  });
});

describe("zoom", () => {
  it("finds the lowest of several valleys, and an end of the box", () => {
    const box = [{ low: -3, high: 3, points: 61 }];
    const [x] = zoom(([at]) => Math.cos(5 * at) + (at - 1.8) ** 2, box);
    near(x, 1.87866, 1e-5);
    assert.deepEqual(
      zoom(([at]) => at, box),
      [-3],
    );
    const [a, b] = zoom(([u, v]) => (u - v) ** 2 + 0.1 * (u + v - 1) ** 2, [...box, ...box]);
    near(a, 0.5, 1e-3);
    near(b, 0.5, 1e-3);
  });
});

/** Draws of a curve without noise but for a point that makes two of them differ. */
const study = (
  curve: (n: number) => number,
  budgets: readonly number[],
  noise = 0.004,
): LabelPoint[] =>
  [-1, 0, 1].flatMap((sign, draw) =>
    budgets.map((n) => ({ labels: n, draw, value: curve(n) + sign * noise })),
  );

const budgets = [1, 2, 5, 10, 20, 50];
const power = (n: number): number => 0.95 - 0.5 * n ** -0.5;

describe("planLabels", () => {
  const plan = planLabels(study(power, budgets), { target: power(80) });

  it("says how many labels a score needs, with a range, within twice the labels", () => {
    const { verdict, labels: n, low, high } = plan.needed;
    assert.equal(verdict, "within");
    assert.deepEqual(plan.horizon, [100, 200]);
    assert.ok(n > 65 && n < 100 && low > 50 && low < 80 && high > 80, JSON.stringify(plan.needed));
    const { low: from, score, high: to } = plan.forecast(80);
    assert.ok(from <= power(80) && power(80) <= to && Math.abs(score - power(80)) < 0.01);
  });

  it("calls it rough up to four times, and says nothing beyond", () => {
    assert.equal(planLabels(study(power, budgets), { target: power(150) }).needed.verdict, "rough");
    const far = planLabels(study(power, budgets), { target: 0.94 }).needed;
    assert.deepEqual([far.verdict, far.labels, far.high], ["beyond", NaN, Infinity]);
    assert.ok(far.low > 100 && far.low <= 200);
    const flat = planLabels(
      study(() => 0.7, budgets),
      { target: 0.9 },
    ).needed;
    assert.deepEqual(flat, { verdict: "beyond", labels: NaN, low: 200, high: Infinity });
  });

  it("reads off what is reached already, with the range of a t-test", () => {
    const { verdict, labels: n, low, high } = planLabels(study(power, budgets), { target: power(10) }).needed; // prettier-ignore
    assert.equal(verdict, "reached");
    near(n, 10, 1e-6);
    assert.ok(low < 10 && low > 8 && high > 10 && high < 13, `${low} ${high}`);
  });

  it("tells what it would have said earlier, and the labels it would have asked for", () => {
    assert.deepEqual(
      plan.backTest.map(({ seen, labels: n }) => [seen, n]),
      [
        [10, 20],
        [20, 50],
      ],
    );
    for (const { found, low, high, asked, labels: n } of plan.backTest) {
      assert.ok(low <= found && found <= high);
      assert.ok(Math.abs(found - power(n)) < 1e-9 && asked > 0.5 && asked < 2, String(asked));
    }
    assert.equal(planLabels(study(power, budgets.slice(0, 4)), { target: 0.9 }).backTest.length, 0);
  });

  it("weighs models by what they missed: a straight line in log labels by log2", () => {
    const line = planLabels(
      study((n) => 0.3 + 0.1 * Math.log(n), budgets),
      { target: 0.9 },
    );
    const weights = new Map(line.fits.map(({ model, weight }) => [model, weight]));
    assert.ok((weights.get("log2") ?? 0) > 0.3);
    near([...weights.values()].reduce((sum, weight) => sum + weight, 0), 1, 1e-9); // prettier-ignore
  });

  it("gives a range that never falls below where it begins and never leaves [0,1]", () => {
    const from = plan.forecast(50).low;
    let top = 0;
    for (let n = 50; n <= 200; n *= 1.1) {
      const { low, score, high } = plan.forecast(n);
      assert.ok(low >= from - 1e-12 && low <= score && score <= high && high <= 1 && high >= top);
      top = high;
    }
  });

  it("refuses three budgets, one draw, and a score in percent", () => {
    const short = study(power, [1, 2, 5]);
    assert.throws(() => planLabels(short, { target: 0.9 }), /3 budgets \(1, 2, 5\) with 3 draws/);
    const single = study(power, budgets).filter((point) => point.draw === 0);
    assert.throws(() => planLabels(single, { target: 0.9 }), /with 1 draw\./);
    const two = study(power, budgets).filter((point) => point.draw < 2);
    assert.throws(() => planLabels(two, { target: 0.9 }), /at least 4 budgets and 3 draws/);
    assert.throws(() => planLabels(study(power, budgets), { target: 90 }), /Write 0\.9 for 90 %/);
  });
});

describe("planLabels on known curves", function () {
  this.timeout(120_000);

  it("holds what is true in about 95 % at twice the labels, on measured and on invented curves", () => {
    const rng = createRng(11);
    const measured = measuredCurves();
    const common = { labels: [1, 2, 5, 10, 20], later: [40], draws: 5, repeats: 96, rng };
    const [real] = measurePlanner({ ...common, curve: (i) => measured[i] });
    const [made] = measurePlanner({ ...common, curve: () => inventedCurve(rng) });
    // Two standard errors of 96 repeats below what the benchmark measures.
    for (const { held, heldLabels } of [real, made]) assert.ok(held > 0.9 && heldLabels > 0.9);
    assert.ok(real.miss < 0.025 && real.halfWidth < 0.07, `${real.miss} ${real.halfWidth}`);
  });
});
