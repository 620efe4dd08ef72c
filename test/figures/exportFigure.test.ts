import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { decode } from "fast-png";
import { JSDOM } from "jsdom";
import { InputError } from "../../src/core";
import { exportFigure, imageGrid, labelEfficiency, toHtml, toPng, toSvg } from "../../src/figures";
import { exampleResults } from "./exampleData";

const figure = labelEfficiency(exampleResults(["pixels", "SimCLR & <more>"], [1, 2, 5, 10, 0], 3), {
  title: "Balanced accuracy on simulated STM defects, with a title of two lines",
  notes: ["3 label draws."],
});

describe("exportFigure", () => {
  let folder = "";
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-figures-"));
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it("writes every format, and leaves the files alone the second time", async () => {
    const base = path.join(folder, "new", "figure");
    const files = await exportFigure(figure, base);
    assert.deepEqual(
      files,
      ["html", "svg", "png", "json"].map((format) => `${base}.${format}`),
    );
    const state = (): [Buffer, number][] =>
      files.map((file) => [fs.readFileSync(file), fs.statSync(file).mtimeMs]);
    const first = state();
    await exportFigure(figure, base);
    assert.deepEqual(state(), first);
    assert.deepEqual(fs.readdirSync(path.dirname(base)).length, 4);
  });

  it("writes nothing but the wanted formats, in the wanted size", async () => {
    const base = path.join(folder, "one");
    await exportFigure(figure, base, ["png"], { width: 300, height: 240, scale: 1.5 });
    assert.deepEqual(
      fs.readdirSync(folder).filter((name) => name.startsWith("one")),
      ["one.png"],
    );
    const { width, height } = decode(fs.readFileSync(`${base}.png`));
    assert.deepEqual([width, height], [450, 360]);
  });

  it("says what is wrong with a format, a size and a folder", async () => {
    const base = path.join(folder, "wrong");
    await assert.rejects(exportFigure(figure, base, ["pgn" as "png"]), /Did you mean "png"/);
    await assert.rejects(toPng(figure, { scale: 0 }), /scale 0/);
    assert.throws(() => toHtml(figure, { width: NaN }), InputError);
    fs.writeFileSync(path.join(folder, "file"), "");
    await assert.rejects(
      exportFigure(figure, path.join(folder, "file", "x", "y"), ["json"]),
      InputError,
    );
  });
});

describe("toSvg", () => {
  it("draws text, lines and bands that parse as XML, with no number missing", async () => {
    const svg = await toSvg(figure);
    const { documentElement } = new JSDOM(svg, { contentType: "image/svg+xml" }).window.document;
    assert.equal(documentElement.nodeName, "svg");
    const texts = [...documentElement.querySelectorAll("text")].map((text) => text.textContent);
    const wanted = ["labels per class", "balanced accuracy (%)", "pixels", "SimCLR & <more>"];
    for (const text of [...wanted, "all labels", "3 label draws.", "10"]) {
      assert.ok(texts.includes(text), `"${text}" is not among ${texts.join(" | ")}`);
    }
    assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
    assert.equal(documentElement.querySelectorAll(".js-line").length >= 6, true);
  });

  it("gives the same text again, also after another figure and beside one", async () => {
    const first = await toSvg(figure);
    const other = imageGrid({ name: "a", pixels: Uint8Array.of(0, 255), shape: [1, 1, 1] });
    const [second, between] = await Promise.all([toSvg(figure), toSvg(other)]);
    assert.equal(second, first);
    assert.equal(await toSvg(other), between);
  });

  it("names the parts of different figures differently, so that they can share a page", async () => {
    const ids = (svg: string): string[] => [...svg.matchAll(/ id="([^"]+)"/g)].map((m) => m[1]);
    const first = ids(await toSvg(figure));
    const second = new Set(ids(await toSvg(figure, { width: 500 })));
    assert.ok(first.length > 0);
    assert.deepEqual(
      first.filter((id) => second.has(id)),
      [],
    );
  });

  it("keeps title, legend, plot and notes apart", async () => {
    const svg = await toSvg(figure);
    const { document } = new JSDOM(svg, { contentType: "image/svg+xml" }).window;
    const shift = (selector: string): number => {
      const transform = document.querySelector(selector)?.getAttribute("transform") ?? "";
      return Number(/translate\([^,]+,([^)]+)\)/.exec(transform)?.[1]);
    };
    const title = Number(document.querySelector(".gtitle")?.getAttribute("y"));
    const legend = shift(".legend");
    const plotTop = shift(".overplot .xy");
    assert.ok(title > 0 && title < legend && legend < plotTop, `${title} ${legend} ${plotTop}`);
  });

  it("leaves the figure as it was", async () => {
    const before = JSON.stringify(figure);
    await toSvg(figure);
    assert.equal(JSON.stringify(figure), before);
  });

  it("refuses what plotly cannot draw, and goes on with the next figure", async () => {
    const nothing = { data: [null as unknown as object], layout: {} };
    await assert.rejects(toSvg(nothing), /plotly cannot draw/);
    for (const type of ["scattergl", "surface", "scatter3d", "scattermap", "parcoords"]) {
      await assert.rejects(toSvg({ data: [{ type }], layout: {} }), /without WebGL/);
    }
    for (const type of ["heatmap", "treemap", "bar", "contour"]) {
      await assert.doesNotReject(toSvg({ data: [{ type }], layout: {} }));
    }
  });

  it("takes its random numbers from its own window alone", async () => {
    const own = Math.random;
    await toSvg(figure);
    assert.equal(Math.random, own);
  });
});

describe("toPng", () => {
  it("paints letters with the font that comes with the package", async () => {
    const layout = { width: 200, height: 60, margin: { l: 0, r: 0, t: 0, b: 0 } };
    const hidden = { visible: false };
    const text = { text: "HHHHHH", x: 0.5, y: 0.5, xref: "paper", yref: "paper", showarrow: false };
    const picture = async (annotations: readonly object[]): Promise<number> => {
      const drawn = { data: [], layout: { ...layout, xaxis: hidden, yaxis: hidden, annotations } };
      const { data, width, height, channels } = decode(await toPng(drawn, { scale: 1 }));
      // Without colours one channel is kept.
      assert.deepEqual([width, height, channels], [200, 60, 1]);
      return Array.from(data).filter((value) => value < 100).length;
    };
    assert.equal(await picture([]), 0);
    const dark = await picture([{ ...text, font: { family: "Arimo", size: 20, color: "black" } }]);
    assert.ok(dark > 150, `${dark} dark pixels`);
  });

  it("keeps colours", async () => {
    assert.equal(decode(await toPng(figure, { scale: 1 })).channels, 4);
  });

  it("gives the same bytes again", async () => {
    assert.deepEqual(await toPng(figure, { scale: 1 }), await toPng(figure, { scale: 1 }));
  });
});

describe("toHtml", () => {
  it("is one page that needs nothing else and names the figure", () => {
    const html = toHtml(figure);
    const { document } = new JSDOM(html).window;
    assert.match(document.title, /Balanced accuracy on simulated/);
    const sources = [...document.querySelectorAll("[src], link")];
    assert.deepEqual(sources, []);
    const scripts = [...document.querySelectorAll("script")];
    assert.equal(scripts.length, 2);
    assert.match(scripts[1].textContent, /Plotly\.newPlot\("figure"/);
    assert.doesNotMatch(scripts[1].textContent, /<more>/);
    assert.match(html, /@font-face \{ font-family: Arimo; src: url\(data:font\/ttf;base64,/);
  });
});
