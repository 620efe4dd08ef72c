import assert from "node:assert/strict";
import { createRng } from "../../src/core";
import { differencesCsv, statisticsText, summarise, summaryTable } from "../../src/study";
import { simulatedStudy } from "../metrics/simulatedStudy";

const rise = (by: number) => (n: number) => 0.4 + by + 0.1 * Math.log(n);
const results = simulatedStudy({
  methods: { scratch: rise(0), "SimCLR, long": rise(0.1), same: rise(0) },
  labels: [1, 5, 20],
  draws: 6,
  pretrainings: 6,
  rng: createRng(2),
});
const told = statisticsText(results, ["scratch"], "balancedAccuracy");

describe("study/statisticsText", () => {
  it("tells areas with intervals, differences with corrected p-values, and where the spread comes from", () => {
    assert.match(told, /^Area under the curve, .*\n {2}scratch +\d+\.\d ± \d\.\d {2}6 draws\n/);
    assert.match(told, /Points above "scratch".*Holm.*\n {2}labels a class +area +1 +5 +20\n/);
    assert.match(told, /\n {2}SimCLR, long +\+(9|10|11)\.\d ± \d\.\d, p < 0\.001 /);
    assert.match(told, /\n {2}same +[-+]?\d\.\d ± \d\.\d, p [01]\.\d{3} /);
    assert.match(told, /\n {2}same +label draw, pretraining and training together \d\.\d$/);
  });

  it("tells apart draws, pretrainings and training where they vary apart", () => {
    const rng = createRng(5);
    const crossed = [0, 1, 2, 3, 4, 5].flatMap(
      (draw) =>
      simulatedStudy({ methods: { SimCLR: rise(0) }, labels: [1, 5], draws: 1, rng }).map((one) => ({ ...one, draw, pretraining: draw % 2 })), // prettier-ignore
    );
    assert.match(
      statisticsText(crossed, [], "accuracy"),
      /pretraining \d\.\d; |; pretraining \d\.\d/,
    );
    const one = crossed.map((result) => ({ ...result, pretraining: 0 }));
    assert.match(statisticsText(one, [], "accuracy"), /label draw and training together \d\.\d; pretraining never varied$/); // prettier-ignore
  });

  it("writes a line for each difference as CSV, names quoted", () => {
    const [head, first, ...rest] = differencesCsv(results, ["scratch"], "accuracy").trimEnd().split("\n"); // prettier-ignore
    assert.equal(head, "method,against,labelsPerClass,draws,difference,low95,high95,p,pHolm");
    assert.match(first, /^"SimCLR, long",scratch,area,6,0\.\d+,0\.\d+,0\.\d+,[\d.e-]+,[\d.e-]+$/);
    assert.equal(rest.length, 7);
  });

  it("prints no interval and no p-value of two draws, and says that they are too few", () => {
    const two = results.filter(({ draw }) => draw < 2);
    assert.doesNotMatch(statisticsText(two, ["scratch"], "accuracy"), /±\s*\d|p [<\d]/);
    assert.match(differencesCsv(two, ["scratch"], "accuracy").split("\n")[1], /,2,0\.\d+,,,,$/);
    const table = summaryTable(summarise(two));
    assert.doesNotMatch(table, /±/);
    assert.match(table, /\nNo interval where fewer than three draws.*too few\.$/);
    assert.match(summaryTable(summarise(results)), /±/);
  });

  it("says that intervals over three or four draws are wide for want of draws", () => {
    const of = (draws: number): string => summaryTable(summarise(results.filter(({ draw }) => draw < draws))); // prettier-ignore
    assert.match(of(3), /\nOver 3 draws an interval is twice as wide as over five of the same spread: give more draws\.$/); // prettier-ignore
    assert.match(of(4), /\nOver 4 draws an interval is 1\.3 times as wide/);
    assert.doesNotMatch(of(5), /as wide/);
  });
});
