import assert from "node:assert/strict";
import { calibration } from "../../src/metrics";

describe("calibration", () => {
  it("gives the expected calibration error of its definition", () => {
    const probabilities = Array.from({ length: 40 }, (_, i) => {
      const exps = [0, 1, 2].map((j) => Math.exp(2 * Math.sin(1 + 7 * i + 3 * j)));
      const sum = exps[0] + exps[1] + exps[2];
      return exps.map((value) => value / sum);
    }).flat();
    const labels = Array.from({ length: 40 }, (_, i) => (i * i + 1) % 3);
    const { expectedError, largestError, bins } = calibration(probabilities, labels);
    // numpy by test/fixtures/metricsGolden.py; 1e-12 for the order of sums.
    assert.ok(Math.abs(expectedError - 0.25443497160272216) < 1e-12);
    assert.ok(Math.abs(largestError - 0.6981286418624197) < 1e-12);
    assert.deepEqual(
      bins.map((bin) => bin.count),
      [0, 0, 0, 1, 4, 20, 1, 2, 4, 8],
    );
    assert.ok(Number.isNaN(bins[0].accuracy));
  });

  it("is 0 for certain and right predictions, 1 for certain and wrong ones", () => {
    assert.equal(calibration([1, 0, 0, 1], [0, 1]).expectedError, 0);
    assert.equal(calibration([1, 0, 0, 1], [1, 0]).expectedError, 1);
    assert.equal(calibration([1, 0, 0, 1], [1, 0], { bins: 4 }).bins[3].count, 2);
  });

  it("refuses probabilities that do not fit the labels", () => {
    assert.throws(() => calibration([], []), /0 probabilities for 0 labels/);
    assert.throws(() => calibration([0.5, 0.5, 1], [0, 1]), /3 probabilities for 2 labels/);
    assert.throws(() => calibration([0.5, 0.5], [0], { bins: 0 }), /bins 0/);
  });
});
