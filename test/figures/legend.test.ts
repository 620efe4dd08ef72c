import assert from "node:assert/strict";
import { InputError, type Figure, type Result } from "../../src/core";
import {
  confusionMatrix,
  labelEfficiency,
  labelSavings,
  learningCurve,
  toSvg,
} from "../../src/figures";
import { relaidNotes } from "../../src/figures/paperLayout";
import { exampleResults } from "./exampleData";

/** Pixels of the legend's box, and of the lower end of each of its rows. */
async function legendOf(
  figure: Figure,
): Promise<{ height: number; rows: number[]; texts: number }> {
  const svg = await toSvg(figure);
  const legend = svg.slice(svg.indexOf('class="legend"'));
  const height = Number(/class="bg"[^>]* height="([\d.]+)"/.exec(legend)?.[1]);
  const groups = [
    ...legend.matchAll(/class="groups" transform="(?:translate\([^,]+,([\d.]+)\))?"/g),
  ];
  const rows = groups.map(([, y]) => Number(y ?? 0) + 22);
  return { height, rows, texts: legend.split('class="legendtext').length - 1 };
}

const plotHeight = ({ layout }: Figure): number => {
  const { height, margin } = layout as { height: number; margin: { t: number; b: number } };
  return height - margin.t - margin.b;
};

describe("legend", () => {
  const long = (i: number): string =>
    `method ${i}, which was pretrained on everything that was ever measured${i % 3 === 0 ? " and then trained on" : ""}`;

  for (const [what, name] of [
    ["short", (i: number) => `m${i}`],
    ["long", long],
  ] as const) {
    it(`holds thirty ${what} names whole, and leaves the plot its size`, async () => {
      const names = Array.from({ length: 30 }, (_, i) => name(i));
      const figure = labelEfficiency(exampleResults(names, [1, 5, 20], 2));
      const { height, rows, texts } = await legendOf(figure);
      assert.equal(texts, 30);
      assert.ok(Math.max(...rows) <= height + 4, `rows to ${Math.max(...rows)} of ${height}`);
      assert.equal(
        plotHeight(figure),
        plotHeight(labelEfficiency(exampleResults(["a"], [1, 5], 2))),
      );
    });
  }

  it("shortens a word that is longer than the figure, and names it in full under the mouse", () => {
    const word = "w".repeat(200);
    const figure = learningCurve([
      { name: word, values: [1, 2] },
      { name: "b", values: [2, 3] },
    ]);
    const { name } = figure.data[0] as { name: string };
    assert.match(name, /^w{10,60}…$/);
    const { hoverlabel } = figure.layout as { hoverlabel: { namelength: number } };
    assert.equal(hoverlabel.namelength, -1);
  });
});

describe("long class names", () => {
  const names = ["single dimer vacancy beside a step edge of the clean surface", "b"];
  const counts = [
    [3, 1],
    [0, 2],
  ];

  it("are shortened beside a matrix and told in full under the mouse", () => {
    const { data, layout } = confusionMatrix(counts, names);
    const { xaxis, yaxis } = layout as Record<"xaxis" | "yaxis", { ticktext: string[] }>;
    assert.match(yaxis.ticktext[0], /^single dimer.*…$/);
    assert.equal(xaxis.ticktext[0], yaxis.ticktext[0]);
    const { text } = data[0] as { text: string[][] };
    assert.match(text[0][1], new RegExp(`true ${names[0]}<br>predicted b`));
  });

  it("are shortened beside label savings", () => {
    const figure = labelSavings(exampleResults(["a", names[0]], [1, 5, 20], 4), { baseline: "a" });
    const { yaxis } = figure.layout as { yaxis: { ticktext: string[] } };
    assert.match(yaxis.ticktext[0], /…$/);
    const [trace] = figure.data as { hovertemplate: string }[];
    assert.ok(trace.hovertemplate.includes(names[0]));
  });
});

describe("one step", () => {
  it("is a point, and so is a value between gaps", () => {
    const marks = (values: number[]): unknown => {
      const [line] = learningCurve([{ name: "a", values }]).data as {
        marker?: { size: number[] };
      }[];
      return line.marker?.size;
    };
    assert.deepEqual(marks([0.5]), [9]);
    assert.deepEqual(marks([1, NaN, 2, 3]), [9, 0, 0, 0]);
    assert.equal(marks([1, 2]), undefined);
  });
});

describe("scores that cannot be", () => {
  const wrong = (score: number): Result[] =>
    exampleResults(["a", "b"], [1, 5], 2).map((result, i) =>
      i === 3 ? { ...result, balancedAccuracy: score } : result,
    );
  for (const score of [93.5, -0.1, NaN, Infinity]) {
    it(`refuses a balanced accuracy of ${score}`, () => {
      const refused = (error: unknown): boolean =>
        error instanceof InputError && /scores from 0 to 1/.test(error.message);
      assert.throws(() => labelEfficiency(wrong(score)), refused);
      assert.throws(() => labelSavings(wrong(score), { baseline: "a" }), refused);
      // What is not drawn may be anything.
      assert.doesNotThrow(() => labelEfficiency(wrong(score), { metric: "accuracy" }));
    });
  }
});

describe("notes", () => {
  it("leaves long notes room to their last line", () => {
    const notes = Array.from({ length: 40 }, (_, i) => `Note ${i} is as long as a line.`);
    const { layout } = labelEfficiency(exampleResults(["a", "b"], [1, 5, 20], 3), { notes });
    const { margin, annotations } = layout as {
      margin: { b: number };
      annotations: readonly { text: string; font: { size: number }; yshift: number }[];
    };
    const below = annotations.find(({ text }) => text.includes("Note 39"));
    assert.ok(below !== undefined);
    // Plotly's lines are 1.3 of the letters' size apart.
    const lines = below.text.split("<br>").length;
    assert.ok(margin.b >= 1.3 * below.font.size * lines - below.yshift, `${margin.b} pixels`);

    // As well where they are laid anew for a narrow figure.
    const { annotations: narrow, saved } = relaidNotes(annotations, 160);
    const [{ text }] = narrow as typeof annotations;
    const more = text.split("<br>").length;
    assert.ok(more > lines && margin.b - saved >= 1.3 * below.font.size * more - below.yshift);
  });
});
