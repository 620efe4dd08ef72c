import assert from "node:assert/strict";
import { cellRng, measureCoverage, settings, shapes } from "./measureCoverage";

/*
 * A lean version of test/bench/coverage.ts. A share of 95 % over 250 repeats is off by 1.4 points; three of these are allowed, and the 99 % that intervals
 * hold where curves are flat.
 */
const repeats = 250;
const lowest = 0.91;

describe("coverage of intervals on simulated studies", function () {
  this.timeout(120_000);

  for (const [draws, shape] of [
    [3, "logarithm"],
    [5, "power law"],
    [10, "sigmoid"],
  ] as const) {
    for (const setting of settings) {
      const own = setting.name === "2 points, one pretraining for all";
      const says = own ? "is lost where one pretraining serves all draws" : "is 95 %";
      it(`${says}: ${draws} draws, ${shape}, ${setting.name}`, () => {
        const rng = cellRng(1, shape, draws, setting.name);
        const coverage = measureCoverage({ curve: shapes[shape], draws, setting, repeats, rng });
        if (own) {
          // That is why the first line of what is printed says so.
          assert.ok(coverage["mean"] < 0.94 && coverage["savings"] < 0.94);
          return;
        }
        for (const [name, share] of Object.entries(coverage))
          assert.ok(share >= lowest, `${name}: ${share}`);
        for (const name of ["mean", "paired difference", "area under the curve"])
          assert.ok(coverage[name] <= 0.99, `${name}: ${coverage[name]}`);
      });
    }
  }
});
