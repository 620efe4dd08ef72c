import assert from "node:assert/strict";
import { InputError } from "../../src/core";
import { scoreMap } from "../../src/figures";
import { exampleResults } from "./exampleData";

interface Map {
  readonly z: readonly (readonly (number | null)[])[];
}

describe("scoreMap", () => {
  const results = exampleResults(["a", "b"], [5, 1, 0], 2).map((result) => ({
    ...result,
    balancedAccuracy: (result.method === "b" ? 0.8 : 0.5) + 0.01 * result.draw,
  }));
  const texts = (figure: ReturnType<typeof scoreMap>): string[] =>
    (
      figure.layout as { annotations: { text: string; showarrow: boolean; x: number }[] }
    ).annotations
      .filter(({ x }) => Number.isInteger(x))
      .map(({ text }) => text);

  it("has the best method on top, budgets rising, and all labels last", () => {
    const figure = scoreMap(results);
    assert.deepEqual((figure.data[0] as Map).z, [
      [80.5, 80.5, 80],
      [50.5, 50.5, 50],
    ]);
    const { xaxis, yaxis } = figure.layout as Record<string, { ticktext: string[] }>;
    assert.deepEqual(
      [xaxis?.ticktext, yaxis?.ticktext],
      [
        ["1", "5", "all"],
        ["b", "a"],
      ],
    );
  });

  it("writes a dash where there is no trial, and escapes names", () => {
    const marked = results
      .filter(({ method, labelsPerClass }) => method === "b" || labelsPerClass === 1)
      .map((result) => ({ ...result, method: `<b>${result.method}` }));
    const figure = scoreMap(marked);
    assert.equal(texts(figure).filter((text) => text === "–").length, 2);
    assert.doesNotMatch(JSON.stringify(figure), /<b>/);
  });

  it("refuses no result", () => {
    assert.throws(() => scoreMap([]), InputError);
  });
});
