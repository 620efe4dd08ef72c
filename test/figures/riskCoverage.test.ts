import assert from "node:assert/strict";
import { InputError } from "../../src/core";
import { riskCoverage } from "../../src/figures";
import * as metrics from "../../src/metrics";

describe("figures/riskCoverage", () => {
  it("draws the errors among the most certain, and says the area under them", () => {
    // Certain and right twice, then less certain and wrong.
    const { risks, area } = metrics.riskCoverage([0.9, 0.1, 0.8, 0.2, 0.6, 0.4], [0, 0, 1]);
    const [line] = riskCoverage([{ name: "<i>", risks }]).data as {
      name: string;
      x: number[];
      y: number[];
    }[];
    assert.deepEqual(line.x, [33.3333, 66.6667, 100]);
    assert.deepEqual(line.y, [0, 0, 33.3333]);
    assert.equal(line.name, `&lt;i&gt; (${(100 * area).toFixed(1)} %)`);
  });

  it("refuses no run, and what is no share", () => {
    assert.throws(() => riskCoverage([]), /no run/);
    assert.throws(() => riskCoverage([{ name: "a", risks: [] }]), InputError);
    assert.throws(() => riskCoverage([{ name: "a", risks: [0.1, NaN] }]), /"a" without risks/);
  });
});
