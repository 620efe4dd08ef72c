import assert from "node:assert/strict";
import { createRng } from "../../src/core";
import { relief } from "../../src/scans/relief";
import { searchRelief } from "../../src/scans/searchRelief";

const [width, height] = [160, 120];
const all = new Uint8Array(width * height).fill(1);

/** Heights of a function of place, with noise of 1. */
function surface(of: (x: number, y: number) => number, seed = 1): Float32Array {
  const rng = createRng(seed);
  return Float32Array.from({ length: width * height }, (_, i) => of(i % width, Math.floor(i / width)) + rng.normal()); // prettier-ignore
}

const spread = (values: ArrayLike<number>): number =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length);

describe("scans/relief", () => {
  it("takes a tilt off, and measures in deviations of the clean surface", () => {
    const { data, sigma } = relief(
      surface((x, y) => 3 * x - y + 1000),
      width,
      all,
      10,
    );
    assert.ok(Math.abs(sigma - 1) < 0.1, `${sigma}`);
    assert.ok(spread(data) < 1.15, `${spread(data)}`);
  });

  it("levels terraces apart, up to their edges", () => {
    const stairs = (x: number, y: number): number => 40 * Math.floor((x + 0.3 * y) / 45) + 0.5 * x;
    const { data, sigma, jumps } = relief(surface(stairs), width, all, 10);
    assert.ok(Math.abs(sigma - 1) < 0.15, `${sigma}`);
    // Only what lies within two pixels of an edge may be off.
    const off = data.filter((value) => Math.abs(value) > 6).length;
    assert.ok(off < 0.02 * data.length, `${off} pixels`);
    // The jumps tell where the edges are.
    const [near, far] = [jumps[60 * width + 27], jumps[60 * width + 4]];
    assert.ok(near > 10 && far < 2, `${near} and ${far}`);
  });

  it("is not moved by the tallest thing on the surface", () => {
    const bump = (x: number, y: number): number =>
      1e4 * Math.exp(-((x - 50) ** 2 + (y - 50) ** 2) / 30);
    const { data, sigma } = relief(surface(bump), width, all, 10);
    assert.ok(Math.abs(sigma - 1) < 0.1, `${sigma}`);
    assert.ok(Math.abs(data[50 * width + 50] * sigma - 1e4) < 100);
    assert.ok(Math.abs(data[90 * width + 120]) < 5);
  });

  it("gives the same to rows that lie too high, to gaps of a pixel or two, and to absolute heights", () => {
    const rng = createRng(3);
    const flat = surface((x, y) => 30 * Math.exp(-((x - 80) ** 2 + (y - 60) ** 2) / 20));
    const metres = Float64Array.from(flat, (value) => value * 1e-12);
    const nm = [0.1, 0.1] as const;
    const plain = searchRelief(metres, width, nm);
    const rows = Array.from({ length: height }, () => 1e-10 * rng.normal());
    const crooked = searchRelief(metres.map((value, i) => value + rows[Math.floor(i / width)] + 1e-7), width, nm); // prettier-ignore
    const holes = searchRelief(metres.map((value) => (rng.uniform() < 0.02 ? NaN : value)), width, nm); // prettier-ignore
    for (const other of [crooked, holes]) {
      assert.ok(other.known.every((known) => known === 1));
      assert.ok(Math.abs(other.sigma / plain.sigma - 1) < 0.05);
      const apart = spread(other.data.map((value, i) => value - plain.data[i]));
      assert.ok(apart < 0.3, `${apart}`);
    }
  });

  it("has no ground where nothing is measured, and square pixels whatever those of the scan", () => {
    const half = Float64Array.from(surface(() => 0), (value, i) => (i >= 60 * width ? NaN : value * 1e-12)); // prettier-ignore
    const { known, data, factors, nm, width: columns, height: rows } = searchRelief(half, width, [0.1, 0.2]); // prettier-ignore
    assert.ok(Math.abs(columns * nm - 16) < 0.2 && Math.abs(rows * nm - 24) < 0.2);
    assert.ok(Math.abs(factors[0] - width / columns) < 1e-9);
    const bottom = rows - 3;
    assert.ok(known[bottom * columns] === 0 && data[bottom * columns] === 0);
    assert.equal(known[3 * columns], 1);
  });
});
