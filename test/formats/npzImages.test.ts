import assert from "node:assert/strict";
import { imageSet, imagesHash } from "../../src/core";
import {
  readImageSetNpz,
  readNpzImages,
  writeNpz,
  writeNpzImages,
  type NpzImagesOptions,
  type WritableArray,
} from "../../src/formats";
import { damage, needData, refuses, survives } from "./helpers";

const arrays: Record<string, WritableArray> = {
  patches: { shape: [3, 2, 2], data: Float32Array.from({ length: 12 }, (_, i) => i - 5) },
  bytes: { shape: [3, 1, 2, 1], data: Uint8Array.of(0, 255, 51, 102, 153, 204) },
  labels: { shape: [3], data: BigInt64Array.of(7n, -1n, 3n) },
  column: { shape: [3, 1], data: Int32Array.of(1, 0, 1) },
  names: { shape: [3], data: ["dark", "", "bright"] },
  group: { shape: [3], data: Int32Array.of(1, 0, 1) },
  xy: { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  part: { shape: [3], data: ["train", "test", "unlabelled"] },
  sizes: { shape: [3], data: Float64Array.of(5, 6, 7) },
  four: { shape: [4], data: Int32Array.of(0, 0, 0, 0) },
  floats: { shape: [3], data: new Float32Array(3) },
  holes: { shape: [2, 1, 1], data: Float64Array.of(0, NaN) },
  flat: { shape: [12], data: new Float32Array(12) },
  none: { shape: [0, 2, 2], data: new Float32Array(0) },
};
const file = writeNpz(arrays);
const read = (options: Partial<NpzImagesOptions> = {}): ReturnType<typeof readNpzImages> =>
  readNpzImages({ file, images: "patches", ...options });

describe("readNpzImages", () => {
  it("reads float images as they are and whole numbers in [0,1]", () => {
    const set = read({ name: "set" });
    assert.deepEqual(set.shape, [2, 2, 1]);
    assert.equal(set.unit, "arbitrary");
    assert.deepEqual(set.pixels.read([1]), Float32Array.of(-1, 0, 1, 2));
    assert.deepEqual(set.ids, ["0", "1", "2"]);
    assert.deepEqual(Array.from(set.labels), [-1, -1, -1]);
    const bytes = read({ images: "bytes" });
    assert.equal(bytes.unit, "byte");
    assert.deepEqual(bytes.pixels.read([0, 1]), Float32Array.of(0, 1, 0.2, 0.4));
  });

  it("takes the labels that occur for the classes, or the names that are given", () => {
    const found = read({ labels: "labels" });
    assert.deepEqual(found.classNames, ["3", "7"]);
    assert.deepEqual(Array.from(found.labels), [1, -1, 0]);
    assert.deepEqual(read({ labels: "names" }).classNames, ["bright", "dark"]);
    const named = read({ labels: "column", classNames: ["a", "b", "c"] });
    assert.deepEqual(Array.from(named.labels), [1, 0, 1]);
    const ordered = read({ labels: "names", classNames: ["dark", "bright"] });
    assert.deepEqual(Array.from(ordered.labels), [0, -1, 1]);
  });

  it("reads groups, parts and where the windows lay", () => {
    const set = read({
      groups: "group",
      parts: "part",
      positions: "xy",
      windows: { 0: 10, 1: 20 },
    });
    assert.deepEqual(set.groups, ["1", "0", "1"]);
    assert.deepEqual(set.ids, ["1-0", "0-1", "1-2"]);
    assert.deepEqual(set.parts, ["train", "test", "unlabelled"]);
    assert.deepEqual(set.windows?.[1], { x: 3, y: 4, size: 10 });
    const turned = read({ positions: "xy", positionOrder: "yx", windows: 8 });
    assert.deepEqual(turned.windows?.[1], { x: 4, y: 3, size: 8 });
    assert.deepEqual(read({ positions: "xy", windows: "sizes" }).windows?.[2], {
      x: 5,
      y: 6,
      size: 7,
    });
  });

  it("refuses what does not fit, and says what to do", async () => {
    const cases: [Partial<NpzImagesOptions>, RegExp][] = [
      [{ images: "patch" }, /Did you mean "patches"/],
      [{ images: "labels" }, /shape \(3\).*\(n, height, width\)/],
      [{ images: "flat" }, /shape \(12\)/],
      [{ images: "none" }, /shape \(0, 2, 2\)/],
      [{ images: "holes" }, /image 1 holds the value NaN/],
      [{ labels: "four" }, /shape \(4\) beside 3 images/],
      [{ labels: "floats" }, /type float32.*astype\(int\)/],
      [{ labels: "labels", classNames: ["a"] }, /label 3.*1 class names/],
      [{ labels: "names", classNames: ["drak"] }, /label "bright"/],
      [{ positions: "xy" }, /positions without windows/],
      [{ windows: 3 }, /windows without positions/],
      [{ positions: "xy", windows: 0 }, /edge of a window/],
      [{ positions: "xy", windows: { 1: 5 }, groups: "group" }, /no window for the group "0"/],
      [{ positions: "xy", windows: { 1: 5 } }, /windows by group without groups/],
      [{ positions: "group", windows: 3 }, /shape \(3\) beside 3 images.*shape \(3, 2\)/],
      [{ positions: "xy", windows: "names" }, /array of text/],
      [{ parts: "names" }, /part "dark".*train, test or unlabelled/],
      [{ ids: "names", labels: "group" }, /./],
    ];
    for (const [options, message] of cases.slice(0, -1))
      await refuses(() => read(options), message);
    await refuses(() => read({ ids: "group" }), /id "1" twice/);
    await refuses(() => readNpzImages({ file: "/nowhere.npz", images: "x" }), /no such file/);
    const whole = writeNpz({ images: { shape: [1, 1, 1], data: Int32Array.of(1) } });
    await refuses(() => readNpzImages({ file: whole, images: "images" }), /type int32.*astype/);
  });

  it("survives any damage", async () => {
    const refused = await survives(damage(file, 200), (bytes) =>
      readNpzImages({ file: bytes, images: "patches", labels: "labels", groups: "group" }),
    );
    assert.ok(refused > 20, `${refused} refused`);
  }).timeout(20_000);

  it("reads the real STM patches", function () {
    const set = readNpzImages({
      file: needData(this, "stm", "patches.npz"),
      images: "patches",
      labels: "labels",
      groups: "group",
      positions: "xy",
      windows: { 0: 12, 1: 22, 2: 58 },
      classNames: ["background", "bright", "dark"],
    });
    // Counts from the data's own description: 1966 patches; Si 863/149/714, Ge 75/38/37, TiO2 45/45/0.
    const counts = ["0", "1", "2"].map((group) =>
      [0, 1, 2].map(
        (label) => set.labels.filter((its, i) => its === label && set.groups[i] === group).length,
      ),
    );
    assert.deepEqual(counts, [
      [863, 149, 714],
      [75, 38, 37],
      [45, 45, 0],
    ]);
    assert.deepEqual(set.shape, [40, 40, 1]);
    // numpy.load("patches.npz")["patches"][1234, 20, 20, 0] and [1234, 3, 39, 0]
    const image = set.pixels.read([1234]);
    assert.deepEqual(
      [image[20 * 40 + 20], image[3 * 40 + 39]],
      [-3.6674511432647705, -3.9776787757873535],
    );
  });

  it("reads the real STEM patches", function () {
    const set = readNpzImages({
      file: needData(this, "stem", "cdte.npz"),
      images: "patches",
      labels: "labels",
      positions: "yx_in_source",
      positionOrder: "yx",
      windows: 64,
    });
    assert.equal(set.ids.length, 1119);
    assert.deepEqual(set.shape, [64, 64, 1]);
    assert.equal(set.classNames.length, 7);
    assert.equal(set.unit, "byte");
  });
});

describe("writeNpzImages", () => {
  it("gives back the whole set", () => {
    const set = imageSet({
      name: "set",
      pixels: Float32Array.from({ length: 8 }, (_, i) => i / 7),
      shape: [2, 2, 1],
      labels: [1, -1],
      classNames: ["clean", "größer"],
      ids: ["a/1", "b/2"],
      groups: ["a", "b"],
      unit: "pm",
      nmPerPixel: 0.12,
      parts: ["train", "unlabelled"],
      windows: [
        { x: 1.5, y: 2, size: 32 },
        { x: 3, y: 4, size: 16 },
      ],
    });
    const back = readImageSetNpz(writeNpzImages(set), "set");
    assert.deepEqual({ ...back, pixels: 0 }, { ...set, pixels: 0 });
    assert.equal(imagesHash(back), imagesHash(set));
  });

  it("writes what readImageSetNpz knows from other archives", async () => {
    await refuses(() => readImageSetNpz(file), /arrays patches, bytes.*Say which/);
  });
});
