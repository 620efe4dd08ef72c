/**
 * How often the intervals that fewscope prints hold the truth: simulated studies whose true curves are known; and the ranges of the label planner, at
 * twice and four times the labels of the last budget, on curves that were measured and on invented ones.
 *
 *   nice node --import tsx test/bench/coverage.ts [--repeats 2000] [--seed 1]
 *
 * Every number is a share of the repeats in %, and is meant to be 95. Of several true curves the mean stands first, the lowest and the highest in brackets. Three, five
 * and ten draws; one pretraining without any offset, and an offset with a standard deviation of two points between the method's pretrainings.
 */
import { parseArgs } from "node:util";
import { createRng } from "../../src/core";
import {
  inventedCurve,
  measuredCurves,
  measurePlanner,
  type PlannerOptions,
} from "../metrics/measurePlanner";
import {
  measureCoverage,
  cellRng,
  settings,
  shapes,
  type Coverage,
} from "../metrics/measureCoverage";

const allDraws = [3, 5, 10];

function main(): void {
  const { values } = parseArgs({
    options: { repeats: { type: "string" }, seed: { type: "string" } },
  });
  const repeats = Number(values.repeats ?? 2000);
  const seed = Number(values.seed ?? 1);
  for (const setting of settings) {
    const cells = allDraws.map((draws) =>
      Object.entries(shapes).map(([shape, curve]) =>
        measureCoverage({
          curve,
          draws,
          setting,
          repeats,
          rng: cellRng(seed, shape, draws, setting.name),
        }),
      ),
    );
    console.log(
      `\n${setting.name}, ${repeats} repeats for each of ${Object.keys(shapes).length} curves`,
    );
    const names = [...new Set(cells.flat().flatMap(Object.keys))];
    console.log(
      row(
        "",
        allDraws.map((draws) => `${draws} draws`),
      ),
    );
    for (const name of names)
      console.log(
        row(
          name,
          cells.map((own) => spread(own, name)),
        ),
      );
  }
  planner(Math.ceil(repeats / 10), seed);
}

/** The planner from five budgets, and from four. */
function planner(repeats: number, seed: number): void {
  const measured = measuredCurves();
  const rng = createRng(seed).fork("planner");
  const curves: Readonly<Record<string, PlannerOptions["curve"]>> = {
    measured: (i) => measured[i % measured.length],
    invented: () => inventedCurve(rng),
  };
  for (const [name, curve] of Object.entries(curves)) {
    console.log(
      `\nlabel planner, ${repeats} ${name} curves: range of the score held, range of the labels held, forecast missed by, half of the range`,
    );
    console.log(
      row(
        "",
        allDraws.map((draws) => `${draws} draws`),
      ),
    );
    for (const labels of [
      [1, 2, 5, 10, 20],
      [1, 2, 5, 10],
    ]) {
      const last = labels[labels.length - 1];
      const later = [2 * last, 4 * last];
      const cells = allDraws.map((draws) =>
        measurePlanner({ curve, labels, later, draws, repeats, rng }),
      );
      later.forEach((wanted, k) => {
        const texts = cells.map((own) => {
          const { held, heldLabels, miss, halfWidth } = own[k];
          const shares = [held, heldLabels, miss, halfWidth];
          return shares.map((share) => (100 * share).toFixed(1)).join(" ");
        });
        console.log(row(`${labels.length} budgets, ${wanted} labels`, texts));
      });
    }
  }
}

const row = (name: string, cells: readonly string[]): string =>
  [name.padEnd(24), ...cells.map((cell) => cell.padStart(24))].join("");

function spread(cells: readonly Coverage[], name: string): string {
  const shares = cells.flatMap((cell) => (cell[name] === undefined ? [] : [100 * cell[name]]));
  if (shares.length === 0) return "-";
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return `${mean.toFixed(1)} (${Math.min(...shares).toFixed(1)}-${Math.max(...shares).toFixed(1)})`;
}

main();
