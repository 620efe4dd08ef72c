import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { decode } from "fast-png";
import { InputError, type Figure } from "../../src/core";
import { exportFigure, themed, toHtml } from "../../src/figures";

const folder = path.join(__dirname, "snapshots");
const figures = fs
  .readdirSync(folder)
  .map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as Figure);

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly margin: Readonly<Record<"l" | "r" | "t" | "b", number>>;
  readonly images?: readonly object[];
  readonly paper_bgcolor: string;
  readonly font: { readonly color: string };
}
const layoutOf = ({ layout }: Figure): Layout => layout as Layout;

/** Every colour in a figure, with the names that lead to it. */
function colours(value: unknown, at = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => colours(one, at));
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([name, inside]) => colours(inside, name));
  return typeof value === "string" && at.endsWith("color") ? [value] : [];
}

describe("figures/themed", () => {
  it("is the figure as it is on paper", () => {
    for (const figure of figures) assert.equal(themed(figure), figure);
  });

  it("is 16 to 9 on slides, shows the same data, and keeps room for plot and letters", () => {
    for (const figure of figures) {
      const slide = themed(figure, "slides");
      const { width, height, margin } = layoutOf(slide);
      assert.equal(width * 9, height * 16);
      assert.equal(slide.data, figure.data);
      assert.ok(height - margin.t - margin.b >= Math.min(250, layoutOf(figure).height / 3));
      assert.ok(width >= layoutOf(figure).width);
    }
  });

  it("keeps the form of pictures on slides", () => {
    const pictured = figures.filter((figure) => layoutOf(figure).images !== undefined);
    assert.ok(pictured.length >= 2);
    const plot = (figure: Figure): number[] => {
      const { width, height, margin } = layoutOf(figure);
      return [width - margin.l - margin.r, height - margin.t - margin.b].map(Math.round);
    };
    for (const figure of pictured) assert.deepEqual(plot(themed(figure, "slides")), plot(figure));
  });

  it("has light letters on a dark ground in the dark, and no line in black", () => {
    for (const figure of figures) {
      const dark = themed(figure, "dark");
      assert.equal(layoutOf(dark).paper_bgcolor, "#161616");
      assert.equal(layoutOf(dark).font.color, "#ececec");
      const { data, layout } = dark;
      if (data.some((trace) => "z" in trace) || layoutOf(dark).images !== undefined) {
        assert.equal(data, figure.data);
        continue;
      }
      for (const colour of colours([data, layout])) assert.ok(!/^(?:black|#0072B2|#000000)$/.test(colour), colour); // prettier-ignore
    }
  });

  it("takes figures of any layout", () => {
    const bare = { data: [{ x: [1, 2], y: [3, 4] }], layout: {} };
    assert.equal(layoutOf(themed(bare, "dark")).paper_bgcolor, "#161616");
    const { width, height } = layoutOf(themed(bare, "slides"));
    assert.equal(width * 9, height * 16);
  });

  it("is written as a picture of 1920 by 1080 for slides, and as a dark page", async () => {
    const out = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-themes-"));
    try {
      const base = path.join(out, "slide");
      await exportFigure(figures[0], base, ["png"], { theme: "slides" });
      const { width, height } = decode(fs.readFileSync(`${base}.png`));
      assert.deepEqual([width, height], [1920, 1080]);
    } finally {
      fs.rmSync(out, { recursive: true });
    }
    assert.match(
      toHtml(themed(figures[0], "dark")),
      /body \{ margin: 1em; background: #161616; \}/,
    );
    await assert.rejects(exportFigure(figures[0], out, [], { theme: "slide" as "slides" }), InputError); // prettier-ignore
  });
});
