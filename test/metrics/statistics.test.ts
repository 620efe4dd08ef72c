import assert from "node:assert/strict";
import fc from "fast-check";
import { createRng, InputError } from "../../src/core";
import {
  bootstrapInterval,
  holm,
  meanInterval,
  pairedDifference,
  studentQuantile,
  studentTwoSided,
} from "../../src/metrics";

// Numbers of scipy 1.17.1 and statsmodels 0.15.0 by test/fixtures/metricsGolden.py.

/** Both sides are right to about 13 digits. */
const digits = 1e-12;

const near = (got: number, expected: number): void => {
  assert.ok(Math.abs(got - expected) <= digits * Math.abs(expected), `${got} is not ${expected}`);
};

describe("Student's distribution", () => {
  it("has the quantiles of the published table", () => {
    // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, upper 0.025, 1 to 30 degrees of freedom and beyond.
    const table = [
      12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16,
      2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052,
      2.048, 2.045, 2.042,
    ];
    table.forEach((t, i) => assert.equal(Number(studentQuantile(0.95, i + 1).toFixed(3)), t));
    assert.equal(studentQuantile(0.95, 40).toFixed(3), "2.021");
    assert.equal(studentQuantile(0.95, 60).toFixed(3), "2.000");
    assert.equal(studentQuantile(0.95, 100).toFixed(3), "1.984");
  });

  it("agrees with scipy in quantile and probability", () => {
    near(studentQuantile(0.95, 120), 1.9799304050824402);
    near(studentQuantile(0.99, 7), 3.4994832973504924);
    near(studentQuantile(0.1, 3), 0.13659819935369905);
    near(studentTwoSided(2.5, 4), 0.06676654481198814);
    near(studentTwoSided(-0.1, 1), 0.936548965138893);
    near(studentTwoSided(30, 12), 1.1773181907018936e-12);
    near(studentTwoSided(1e-9, 5), 0.9999999992407866);
  });

  it("has for one and two degrees of freedom the known closed forms", () => {
    const t = fc.double({ min: 0.001, max: 500, noNaN: true });
    fc.assert(
      fc.property(t, (value) => {
        near(studentTwoSided(value, 1), (2 / Math.PI) * Math.atan(1 / value));
        const root = Math.sqrt(2 + value * value);
        near(studentTwoSided(value, 2), 2 / (root * (root + value)));
      }),
      { seed: 1 },
    );
  });

  it("refuses a level that is no probability", () => {
    for (const level of [0, 1, 95, NaN]) {
      assert.throws(() => studentQuantile(level, 4), InputError);
    }
    assert.throws(() => studentQuantile(0.95, 0), InputError);
  });
});

describe("meanInterval", () => {
  const a = [0.71, 0.75, 0.69, 0.8, 0.77];
  const b = [0.66, 0.71, 0.7, 0.74, 0.69];

  it("gives scipy's mean, deviation and t-interval", () => {
    const interval = meanInterval(a);
    near(interval.mean, 0.744);
    near(interval.standardDeviation, 0.044497190922574016);
    near(interval.low, 0.6887494400102405);
    near(interval.high, 0.7992505599897595);
    near(interval.halfWidth, (0.7992505599897595 - 0.6887494400102405) / 2);
    assert.equal(interval.n, 5);
  });

  it("gives one value no interval, and equal values one of width 0", () => {
    assert.deepEqual(meanInterval([0.3]), {
      mean: 0.3,
      low: NaN,
      high: NaN,
      halfWidth: NaN,
      n: 1,
      standardDeviation: NaN,
      standardError: NaN,
      degreesOfFreedom: 0,
    });
    assert.equal(meanInterval([0.1, 0.1, 0.1]).halfWidth, 0);
    assert.equal(meanInterval([0.1, 0.1, 0.1]).mean, 0.1);
  });

  it("takes values of one unit for one: the interval of the units' means, where they are as many", () => {
    const values = [0.7, 0.72, 0.6, 0.58, 0.66, 0.7];
    const { low, high, degreesOfFreedom } = meanInterval(values, { units: [4, 4, 7, 7, 1, 1] });
    const means = meanInterval([0.71, 0.59, 0.68]);
    near(low, means.low);
    near(high, means.high);
    assert.equal(degreesOfFreedom, 2);
    assert.ok(Number.isNaN(meanInterval([1, 2], { units: [0, 0] }).halfWidth));
    assert.throws(() => meanInterval([1, 2], { units: [0] }), /1 units for 2 values/);
  });

  it("refuses no value and values that are not finite", () => {
    assert.throws(() => meanInterval([]), /no value.*finite number/);
    assert.throws(() => meanInterval([1, NaN]), /value NaN/);
  });

  it("compares pairs as scipy's paired t-test does", () => {
    const difference = pairedDifference(a, b, { level: 0.9 });
    near(difference.t, 2.926836463046052);
    near(difference.p, 0.042949194859946985);
    near(difference.low, 0.011951315427869633);
    near(difference.high, 0.07604868457213038);
    assert.equal(pairedDifference(b, a).p, pairedDifference(a, b).p);
  });

  it("knows pairs without spread", () => {
    assert.deepEqual(pick(pairedDifference([1, 2], [1, 2])), { t: 0, p: 1 });
    assert.deepEqual(pick(pairedDifference([2, 3], [1, 2])), { t: Infinity, p: 0 });
    assert.deepEqual(pick(pairedDifference([2], [1])), { t: NaN, p: NaN });
    assert.throws(() => pairedDifference([1, 2], [1]), /2 values against 1/);
  });
});

describe("bootstrapInterval", () => {
  it("is the studentised interval of all resamples, as scipy's resamples give it", () => {
    const { mean, low, high } = bootstrapInterval([0.71, 0.75, 0.69, 0.8, 0.77]);
    near(mean, 0.744);
    assert.deepEqual([low.toFixed(8), high.toFixed(8)], ["0.67421492", "0.80576407"]);
  });

  it("is lopsided where values are, and as wide as Student's or wider", () => {
    const values = [0.5, 0.71, 0.72, 0.74, 0.75, 0.76];
    const { mean, low, high } = bootstrapInterval(values);
    assert.ok(mean - low > high - mean);
    assert.ok(high - low > 2 * meanInterval(values).halfWidth);
  });

  it("has no end for three values, and no width for equal ones", () => {
    assert.deepEqual(bootstrapInterval([1, 2, 3]), {
      mean: 2,
      low: -Infinity,
      high: Infinity,
      n: 3,
    });
    assert.deepEqual(bootstrapInterval([2, 2, 2, 2]), { mean: 2, low: 2, high: 2, n: 4 });
    assert.equal(bootstrapInterval([2]).high, Infinity);
  });

  it("draws resamples of many values by a seed, near to all of them", () => {
    const values = [0.5, 0.71, 0.72, 0.74, 0.75, 0.76, 0.62, 0.69, 0.7, 0.73];
    const drawn = (seed: number): object => bootstrapInterval(values, { rng: createRng(seed) });
    assert.deepEqual(drawn(1), drawn(1));
    assert.throws(() => bootstrapInterval(values), /10 values without random numbers/);
    assert.throws(() => bootstrapInterval([NaN]), InputError);
    const all = bootstrapInterval(values.slice(0, 8));
    assert.ok(all.low < all.mean && all.mean < all.high);
  });
});

describe("holm", () => {
  it("gives statsmodels' adjusted p-values, in the given order", () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005, 0.2]);
    [0.04, 0.09, 0.09, 0.025, 0.2].forEach((expected, i) => near(adjusted[i], expected));
  });

  it("lowers no p-value, keeps their order and leaves a single one alone", () => {
    const p = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(p, { minLength: 1, maxLength: 9 }), (values) => {
        const adjusted = holm(values);
        values.forEach((value, i) => {
          assert.ok(adjusted[i] >= value && adjusted[i] <= 1);
          values.forEach((other, j) => assert.ok(value > other || adjusted[i] <= adjusted[j]));
        });
        assert.deepEqual(holm([values[0]]), [values[0]]);
      }),
      { seed: 2 },
    );
    assert.throws(() => holm([0.5, NaN]), InputError);
  });
});

const pick = ({ t, p }: { t: number; p: number }): object => ({ t, p });
