import assert from "node:assert/strict";
import type { Scan } from "../../src/core";
import * as scans from "../../src/scans";

/** Heights that tell where they are: 100 pm a nm along rows, 1 pm a nm across them. 0.2 nm a pixel. */
function slope(name: string, { retrace = false, completed = 100 } = {}): Scan {
  const [width, height, nm] = [120, 100, 0.2];
  const data = Float64Array.from({ length: width * height }, (_, i) =>
    Math.floor(i / width) < completed
      ? (100 * ((i % width) + 0.5) * nm + (Math.floor(i / width) + 0.5) * nm) * 1e-12
      : NaN,
  );
  const channel = { name: "Z", unit: "m", data };
  return {
    name,
    channels: [
      { ...channel, direction: "forward" },
      ...(retrace
        ? [{ ...channel, direction: "backward" as const, data: data.map((value) => 2 * value) }]
        : []),
    ],
    width,
    height,
    sizeMetres: [24e-9, 20e-9],
    completedRows: completed,
    scanDirection: "down",
    metadata: {},
    history: [],
  };
}

const place = { xNm: 10, yNm: 8 };

describe("scans/patches", () => {
  it("cuts windows of one size in nm, in pm, wherever the pixels lie", () => {
    for (const pixels of [5, 10, 40]) {
      const set = scans.patches(slope("one"), { at: [[place]], sizeNm: 2, pixels, centre: false });
      assert.deepEqual(set.shape, [pixels, pixels, 1]);
      assert.equal(set.unit, "pm");
      assert.equal(set.nmPerPixel, 2 / pixels);
      const values = set.pixels.read([0]);
      const step = 2 / pixels;
      for (const [x, y] of [
        [0, 0],
        [pixels - 1, 2],
      ]) {
        const wanted = 100 * (9 + (x + 0.5) * step) + 7 + (y + 0.5) * step;
        // The window lies on whole pixels of the new size.
        assert.ok(Math.abs(values[y * pixels + x] - wanted) <= 50 * step + 0.5 * step + 1e-3);
      }
    }
  });

  it("covers the scan by a grid, and leaves out what is not measured", () => {
    const whole = scans.patches(slope("one"), { at: "grid", sizeNm: 4, pixels: 8 });
    assert.equal(whole.ids.length, 6 * 5);
    const half = scans.patches(slope("one", { completed: 50 }), {
      at: "grid",
      sizeNm: 4,
      pixels: 8,
    });
    assert.equal(half.ids.length, 6 * 2);
    const dense = scans.patches(slope("one"), { at: "grid", sizeNm: 4, stepNm: 2, pixels: 8 });
    assert.equal(dense.ids.length, 11 * 9);
    for (const values of [0, 5].map((i) => whole.pixels.read([i])))
      assert.ok(Math.abs(values.reduce((a, b) => a + b)) < 0.05);
  });

  it("gives trace and retrace as channels, or as two images of one window", () => {
    const scan = slope("both", { retrace: true });
    const options = { at: [[place]], sizeNm: 2, pixels: 10, centre: false } as const;
    const joined = scans.patches(scan, { ...options, directions: "channels" });
    assert.deepEqual(joined.shape, [10, 10, 2]);
    const values = joined.pixels.read([0]);
    for (let i = 0; i < 200; i += 2) assert.ok(Math.abs(values[i + 1] - 2 * values[i]) < 1e-3);
    const apart = scans.patches(scan, { ...options, directions: "images" });
    assert.equal(apart.ids.length, 2);
    assert.deepEqual(apart.windows?.[0], apart.windows?.[1]);
    assert.throws(
      () => scans.patches(slope("one"), { ...options, directions: "channels" }),
      /both directions/,
    );
  });

  it("makes each scan a group, and remembers where each image was cut", () => {
    const set = scans.patches([slope("a"), slope("b"), slope("b")], {
      at: [[place], [place], [place, place]],
      sizeNm: 2,
      pixels: 10,
    });
    assert.deepEqual(set.groups, ["a", "b 2", "b 3", "b 3"]);
    assert.equal(new Set(set.ids).size, 4);
    assert.deepEqual(set.windows?.[0], { x: 50, y: 40, size: 10 });
  });

  it("says why there is no image", () => {
    assert.throws(() => scans.patches(slope("one"), { sizeNm: 30 }), /no window of 30 nm/);
    assert.throws(() => scans.patches(slope("one"), { at: "grid", sizeNm: 0 }), /sizeNm/);
    assert.throws(() => scans.patches(slope("one"), { at: [] }), /one list of places/);
    const volts = { ...slope("v"), channels: [{ ...slope("v").channels[0], unit: "V" }] };
    assert.throws(() => scans.patches([slope("m"), volts], { at: "grid" }), /one unit/);
  });
});
