import assert from "node:assert/strict";
import { InputError, type Figure } from "../../src/core";
import { labelEfficiency, labelSavings, methodDifferences } from "../../src/figures";
import { meanInterval } from "../../src/metrics";
import { exampleResults } from "./exampleData";

interface Trace {
  readonly name?: string;
  readonly mode: string;
  readonly showlegend?: boolean;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly fill?: string;
  readonly error_y?: { readonly array: readonly number[] };
  readonly line?: { readonly color: string; readonly dash: string };
  readonly marker?: { readonly symbol: string };
}

const traces = (figure: Figure): Trace[] => figure.data as Trace[];
const named = (figure: Figure, name: string): Trace => {
  const found = traces(figure).find((trace) => trace.name === name);
  if (found === undefined) throw new Error(`no trace ${name}`);
  return found;
};

describe("labelEfficiency", () => {
  const results = exampleResults(["pixels", "SimCLR"], [1, 2, 5, 0], 5);
  const figure = labelEfficiency(results);

  it("draws each method's mean over draws, in percent, with its t-interval as a band", () => {
    const own = results.filter((r) => r.method === "SimCLR" && r.labelsPerClass === 2);
    const { mean, low, high } = meanInterval(own.map((r) => 100 * r.balancedAccuracy));
    const { x, y } = named(figure, "SimCLR");
    assert.deepEqual(x, [1, 2, 5]);
    assert.equal(y[1], Number(mean.toFixed(4)));
    const band = traces(figure).filter((trace) => trace.fill === "toself")[1];
    assert.deepEqual(band.x, [1, 2, 5, 5, 2, 1]);
    assert.ok(Math.abs(band.y[1] - high) < 1e-3 && Math.abs(band.y[4] - low) < 1e-3);
  });

  it("draws trials with all labels as a dashed line, not as a budget", () => {
    const all = results.filter((r) => r.method === "SimCLR" && r.labelsPerClass === 0);
    const { y, line } = named(figure, "SimCLR, all labels");
    const level = Number((100 * all[0].balancedAccuracy).toFixed(4));
    assert.deepEqual([y, line?.dash], [[level, level], "dash"]);
  });

  it("gives up to 28 methods a look of their own, also without colour", () => {
    const names = Array.from({ length: 28 }, (_, i) => `method ${i}`);
    const lines = traces(labelEfficiency(exampleResults(names, [1, 2], 2)));
    const looks = (keys: (trace: Trace) => unknown[]): number =>
      new Set(lines.map((trace) => JSON.stringify(keys(trace)))).size;
    assert.equal(
      looks(({ line, marker }) => [line?.color, line?.dash, marker?.symbol]),
      28,
    );
    const grey = lines.slice(0, 12).map(({ line, marker }) => `${line?.dash} ${marker?.symbol}`);
    assert.equal(new Set(grey).size, 12);
  });

  it("draws bars for bands where there are many methods, and nothing for one draw", () => {
    const names = Array.from({ length: 7 }, (_, i) => `method ${i}`);
    const many = traces(labelEfficiency(exampleResults(names, [1, 2], 3)));
    assert.equal(many.length, 7);
    assert.ok(many.every((trace) => (trace.error_y?.array.length ?? 0) === 2));
    const single = traces(labelEfficiency(exampleResults(["pixels"], [1, 2], 1)));
    assert.deepEqual(
      single.map((trace) => [trace.mode, trace.error_y]),
      [["lines+markers", undefined]],
    );
  });

  it("takes a study of all labels only, one budget only, and names that look like markup", () => {
    assert.equal(named(labelEfficiency(exampleResults(["a"], [0], 1)), "a").x.length, 0);
    const layout = labelEfficiency(exampleResults(["a"], [5], 2)).layout as {
      readonly xaxis: { readonly range: readonly number[] };
    };
    assert.deepEqual(layout.xaxis.range, [0.199, 1.199]);
    const marked = labelEfficiency(exampleResults(["<b>a</b>"], [1], 2));
    assert.equal(named(marked, "&lt;b&gt;a&lt;/b&gt;").y.length, 1);
  });

  it("marks where a method differs from another on the same draws, after Holm's correction", () => {
    // 40 points better at one label, and no better at two.
    const scores: Readonly<Record<string, readonly number[][]>> = {
      scratch: [
        [0.4, 0.5, 0.45, 0.43],
        [0.8, 0.82, 0.81, 0.8],
      ],
      taught: [
        [0.8, 0.91, 0.84, 0.83],
        [0.81, 0.81, 0.8, 0.81],
      ],
    };
    const compared = Object.entries(scores).flatMap(([method, budgets]) =>
      budgets.flatMap((draws, b) =>
        draws.map((score, draw) => {
          const balancedAccuracy = score;
          return { ...results[0], method, labelsPerClass: b + 1, draw, balancedAccuracy };
        }),
      ),
    );
    const marked = labelEfficiency(compared, { against: "scratch" });
    const marks = traces(marked).filter((trace) => trace.mode === "markers");
    assert.deepEqual(
      marks.map(({ x, marker }) => [x, marker?.symbol]),
      [
        [
          [1, 2],
          ["triangle-up", "circle"],
        ],
      ],
    );
    const worse = labelEfficiency(compared, { against: "taught" });
    const [other] = traces(worse).filter((trace) => trace.mode === "markers");
    assert.deepEqual(other.marker?.symbol, ["triangle-down", "circle"]);
    assert.match(JSON.stringify(marked.layout), /worse than “scratch” on the same draws/);
    assert.throws(() => labelEfficiency(compared, { against: "scrach" }), /"scratch"/);
    const few = compared.filter(({ draw }) => draw < 2);
    assert.equal("yaxis2" in labelEfficiency(few, { against: "scratch" }).layout, false);
  });

  it("refuses no result, several data sets, and unknown metrics", () => {
    assert.throws(() => labelEfficiency([]), /no result.*Run the study/);
    const mixed = [...results, { ...results[0], dataset: "other" }];
    assert.throws(() => labelEfficiency(mixed), /2 data sets: stm-simulated-small, other/);
    assert.throws(() => labelEfficiency(results, { metric: "macroF2" as "macroF1" }), InputError);
    assert.throws(() => labelEfficiency(results, { chance: 20 }), /chance 20/);
  });
});

describe("labelSavings", () => {
  const results = exampleResults(["from scratch", "SimCLR"], [1, 2, 5, 10], 5);

  it("has a point and an interval for each method but the baseline, and no interval for one draw", () => {
    const figure = labelSavings(results, { baseline: "from scratch" });
    assert.deepEqual(
      traces(figure).map((trace) => trace.name),
      ["SimCLR"],
    );
    assert.equal("error_x" in figure.data[0], true);
    const single = results.filter((result) => result.draw === 0);
    assert.equal("error_x" in labelSavings(single, { baseline: "from scratch" }).data[0], false);
  });

  it("says above the plot what its intervals leave out", () => {
    const lines = (pretraining: (draw: number) => number): string => {
      const known = results.map((result) => ({ ...result, pretraining: pretraining(result.draw) }));
      return JSON.stringify(labelSavings(known, { baseline: "from scratch" }).layout);
    };
    assert.match(
      lines(() => 0),
      /5 draws; one pretraining: they leave out/,
    );
    assert.match(
      lines((draw) => draw),
      /5 draws of labels and their pretrainings/,
    );
  });

  it("says that a score lies beyond the budgets", () => {
    const figure = labelSavings(results, { baseline: "from scratch", target: 0.999 });
    assert.match(JSON.stringify(figure.layout), /beyond the budgets/);
    assert.deepEqual(traces(figure)[0].x, [null]);
  });

  it("refuses a baseline that is not there, and nothing to hold against it", () => {
    assert.throws(() => labelSavings(results, { baseline: "scratch" }), /"scratch".*from scratch/);
    const alone = results.filter((result) => result.method === "SimCLR");
    assert.throws(() => labelSavings(alone, { baseline: "SimCLR" }), InputError);
  });
});

describe("methodDifferences", () => {
  const results = exampleResults(["from scratch", "SimCLR", "pixels"], [1, 2, 5, 0], 5);

  it("has a series a method over budgets, all labels and the whole curve, in points", () => {
    const figure = methodDifferences(results, { against: "from scratch" });
    assert.deepEqual(
      traces(figure).map((trace) => [trace.name, trace.y.length]),
      [
        ["SimCLR", 5],
        ["pixels", 5],
      ],
    );
    const layout = figure.layout as { readonly xaxis: { readonly ticktext: readonly string[] } };
    assert.deepEqual(layout.xaxis.ticktext, ["1", "2", "5", "all", "whole curve"]);
  });

  it("fills what Holm's correction leaves, and nothing where draws are one", () => {
    const symbols = (own: typeof results): readonly string[] =>
      (methodDifferences(own, { against: "from scratch" }).data as { readonly marker: { readonly symbol: readonly string[] } }[]).flatMap((trace) => trace.marker.symbol); // prettier-ignore
    const far = results.map(
      (result) =>
      result.method === "SimCLR" ? { ...result, balancedAccuracy: result.balancedAccuracy + 0.4 } : result, // prettier-ignore
    );
    assert.ok(symbols(far).includes("square"));
    const single = results.filter((result) => result.draw === 0);
    assert.ok(symbols(single).every((symbol) => symbol.endsWith("-open")));
  });

  it("refuses a method that is not there", () => {
    assert.throws(() => methodDifferences(results, { against: "SimCLT" }), /Did you mean "SimCLR"/);
  });
});
