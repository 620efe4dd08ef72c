import assert from "node:assert/strict";
import { decode, type DecodedPng } from "fast-png";
import { createRng, imageSet, InputError, type Figure } from "../../src/core";
import { imageGrid } from "../../src/figures";

interface GridLayout {
  readonly images: readonly { readonly source: string }[];
  readonly annotations: readonly { readonly text: string }[];
  readonly shapes: readonly { readonly x1: number }[];
}

const layoutOf = (figure: Figure): GridLayout => figure.layout as GridLayout;

function pictureOf(figure: Figure): DecodedPng {
  const [, base64] = layoutOf(figure).images[0].source.split(",");
  return decode(Buffer.from(base64, "base64"));
}

const textsOf = (figure: Figure): string[] => layoutOf(figure).annotations.map((a) => a.text);
const hoverOf = (figure: Figure): string[] => (figure.data[0] as { text: string[] }).text;

describe("imageGrid", () => {
  const bytes = {
    name: "bytes",
    pixels: Uint8Array.of(0, 255, 51, 102, 255, 0, 102, 51),
    shape: [2, 2, 1] as const,
    labels: [1, 0],
    classNames: ["dark", "bright"],
    ids: ["first", "second"],
  };

  it("shows each pixel as a square of its grey, classes in order, names and ids beside", () => {
    const figure = imageGrid(bytes);
    const { width, height, data, channels } = pictureOf(figure);
    // 2 pixels of 60 wide, two rows with one pixel between
    assert.deepEqual([width, height, channels], [120, 5 * 60, 1]);
    const at = (x: number, y: number): number => data[(60 * y + 30) * width + 60 * x + 30];
    assert.deepEqual([at(0, 0), at(1, 0), at(0, 1), at(1, 1)], [255, 0, 102, 51]);
    assert.deepEqual([at(0, 2), at(0, 3), at(1, 3)], [255, 0, 255]);
    assert.equal(data[59 * width + 59], 255);
    assert.equal(data[59 * width + 60], 0);
    assert.deepEqual(textsOf(figure), ["dark<br>(1)", "bright<br>(1)"]);
    assert.deepEqual(hoverOf(figure), ["second: dark", "first: bright"]);
  });

  it("shows three channels as colours, or one of them in grey", () => {
    const colours = { name: "c", pixels: Uint8Array.of(255, 128, 0), shape: [1, 1, 3] as const };
    assert.deepEqual([...pictureOf(imageGrid(colours)).data.slice(0, 3)], [255, 128, 0]);
    const { data, channels } = pictureOf(imageGrid(colours, { channel: 1 }));
    assert.deepEqual([data[0], channels], [128, 1]);
    assert.throws(() => imageGrid(colours, { channel: 3 }), /channel 3.*from 0 to 2/);
  });

  it("gives heights a bar in their unit, and each image its own greys when asked", () => {
    const heights = {
      name: "h",
      pixels: Float32Array.of(-5, 5, 0, 1),
      shape: [1, 2, 1] as const,
      unit: "pm",
    };
    const shared = imageGrid(heights);
    assert.match(JSON.stringify(shared.data), /"colorbar":\{"title":\{"text":"pm"/);
    // Two images of two pixels, of 60 squares each, and one pixel between.
    const greys = (figure: Figure): number[] =>
      [0, 60, 180, 240].map((x) => pictureOf(figure).data[x]);
    assert.deepEqual(greys(shared), [0, 255, 128, 153]);
    const own = imageGrid(heights, { contrast: "image" });
    assert.deepEqual(greys(own), [0, 255, 0, 255]);
    assert.doesNotMatch(JSON.stringify(own.data), /colorbar/);
  });

  it("leaves rows that were never measured white and does not let them set the range", () => {
    const scan = {
      name: "s",
      pixels: Float32Array.of(1, NaN, 2, NaN),
      shape: [2, 2, 1] as const,
      unit: "nm",
    };
    const { data, width } = pictureOf(imageGrid(scan));
    assert.deepEqual(
      [data[0], data[60], data[60 * width], data[60 * width + 60]],
      [0, 255, 255, 255],
    );
  });

  it("draws a scale bar of round length where the pixel size is known", () => {
    const figure = imageGrid({ ...bytes, shape: [1, 4, 1], nmPerPixel: 0.8 });
    assert.ok(textsOf(figure).includes("2 nm"));
    assert.equal(layoutOf(figure).shapes[0].x1, 2.5);
    const fine = imageGrid({ ...bytes, shape: [1, 4, 1], nmPerPixel: 0.02 });
    assert.ok(textsOf(fine).includes("50 pm"));
  });

  it("shows the wanted classes and as many images, drawn when given a generator", () => {
    const n = 60;
    const set = imageSet({
      name: "many",
      pixels: new Uint8Array(n),
      shape: [1, 1, 1],
      labels: Array.from({ length: n }, (_, i) => i % 30),
      classNames: Array.from({ length: 30 }, (_, i) => `class ${i}`),
    });
    const first = imageGrid(set, { perClass: 1 });
    assert.equal(hoverOf(first).length, 20);
    assert.ok(textsOf(first).some((text) => text.startsWith("10 more classes")));
    const chosen = imageGrid(set, { classes: ["class 29", "class 3"], columns: 1, perClass: 2 });
    assert.deepEqual(hoverOf(chosen), [
      "29: class 29",
      "59: class 29",
      "3: class 3",
      "33: class 3",
    ]);
    const drawn = (seed: number): string[] =>
      hoverOf(imageGrid(set, { perClass: 1, rng: createRng(seed) }));
    assert.deepEqual(drawn(1), drawn(1));
    assert.notDeepEqual(drawn(1), hoverOf(first));
    assert.throws(() => imageGrid(set, { classes: ["class 30"] }), /"class 30".*class 29/);
    assert.throws(
      () => imageGrid({ ...bytes, pixels: new Uint8Array(0), labels: [], ids: [] }),
      InputError,
    );
  });
});
