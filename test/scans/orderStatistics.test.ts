import assert from "node:assert/strict";
import fc from "fast-check";
import { quantile, quantileOfSorted, robustSigma, select, upperMedian } from "../../src/scans/orderStatistics"; // prettier-ignore

const numbers = fc.array(fc.oneof(fc.double({ min: -10, max: 10 }), fc.integer({ min: -2, max: 2 }), fc.constant(NaN)), { minLength: 1, maxLength: 40 }); // prettier-ignore

describe("scans/orderStatistics", () => {
  it("selects what sorting would put there, with NaN last", () => {
    fc.assert(
      fc.property(
        numbers,
        fc.nat(39),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, nth, share) => {
          const order = Float64Array.from(values).sort();
          const place = nth % values.length;
          // 0 and -0 are the same here.
          assert.ok(Object.is(select(Float64Array.from(values), place) + 0, order[place] + 0));
          assert.ok(Object.is(upperMedian(values) + 0, order[values.length >> 1] + 0));
          if (!values.some(Number.isNaN)) assert.ok(Math.abs(quantile(values, share) - quantileOfSorted(order, share)) <= 0); // prettier-ignore
        },
      ),
      { seed: 1, numRuns: 500 },
    );
    assert.ok(Number.isNaN(quantile([], 0.5)) && Number.isNaN(upperMedian([])));
    assert.equal(robustSigma([1, 2, 3, 4, 100]), 1.4826);
  });
});
