import assert from "node:assert/strict";
import { createRng, type Scan } from "../../src/core";
import * as scans from "../../src/scans";

const [pixels, nm] = [256, 0.1];
/** In the middle of terraces. */
const places = [
  [3, 4],
  [9, 10],
  [14, 20],
  [21, 23],
] as const;

/** A tilted surface with rows that lie too high, bumps of 60 pm, and steps of 136 pm every 8 nm where they are asked for. */
function surface(steps: boolean): Scan {
  const rng = createRng(4);
  const rows = Array.from({ length: pixels }, () => 10 * rng.normal());
  const data = Float64Array.from({ length: pixels * pixels }, (_, i) => {
    const [x, y] = [((i % pixels) + 0.5) * nm, (Math.floor(i / pixels) + 0.5) * nm];
    const tilt = 20 * x - 9 * y;
    let height = tilt + rows[Math.floor(i / pixels)] + 4 * rng.normal();
    for (let k = 1; steps && k <= 4; k++)
      height += 68 * (1 + Math.tanh((x + 0.3 * y - 8 * k) / 0.4));
    for (const [a, b] of places)
      height += 60 * Math.exp(-((x - a) ** 2 + (y - b) ** 2) / (2 * 0.4 ** 2));
    return height * 1e-12;
  });
  return {
    name: "surface",
    channels: [{ name: "Z", unit: "m", direction: "forward", data }],
    width: pixels,
    height: pixels,
    sizeMetres: [pixels * nm * 1e-9, pixels * nm * 1e-9],
    completedRows: pixels,
    scanDirection: "down",
    metadata: {},
    history: [],
  };
}

/** Height in pm around a place. */
function heightAt({ channels: [{ data }] }: Scan, xNm: number, yNm: number): number {
  const near: number[] = [];
  for (let v = -4; v <= 4; v++)
    for (let u = -4; u <= 4; u++)
      near.push(data[(Math.round(yNm / nm) + v) * pixels + Math.round(xNm / nm) + u] * 1e12);
  return near.sort((a, b) => a - b)[near.length >> 1];
}

describe("scans/flatten", () => {
  it("levels terraces where a scan shows steps, and keeps the steps", () => {
    const flat = scans.flatten(surface(true));
    assert.match(
      flat.history.join("\n"),
      /level .*"terraces"[^]*alignRows .*"median of differences"/,
    );
    const [first, same, next] = [
      heightAt(flat, 1, 12),
      heightAt(flat, 4, 2),
      heightAt(flat, 12, 2),
    ];
    assert.ok(Math.abs(same - first) < 15, `${first} and ${same} pm on one terrace`);
    assert.ok(Math.abs(next - same - 136) < 25, `a step of ${next - same} pm`);
  });

  it("takes a plane where it shows none", () => {
    const flat = scans.flatten(surface(false));
    assert.match(flat.history.join("\n"), /level .*"plane"[^]*alignRows .*"median"/);
    const corners = [heightAt(flat, 1, 1), heightAt(flat, 24, 1), heightAt(flat, 1, 24), heightAt(flat, 24, 24)]; // prettier-ignore
    assert.ok(Math.max(...corners) - Math.min(...corners) < 10, corners.join());
  });

  it("is what the parts do by themselves", () => {
    for (const scan of [surface(true), surface(false)])
      assert.deepEqual(
        scans.alignRows(scans.level(scan, { method: "auto" }), { method: "auto" }).channels,
        scans.flatten(scan).channels,
      );
  });

  it("spoils no search: features and no steps are found after it, after a plane, and before", () => {
    const scan = surface(true);
    for (const prepared of [scan, scans.flatten(scan), scans.level(scan)]) {
      const { features } = scans.detect(prepared, { sensitivity: 0.6 });
      const isAt = (x: number, y: number): boolean =>
        features.some(({ xNm, yNm }) => Math.hypot(xNm - x, yNm - y) < 0.4);
      for (const [x, y] of places) assert.ok(isAt(x, y), `nothing at ${x}, ${y}`);
      assert.ok(features.length <= places.length + 3, `${features.length} features`);
    }
  });
});
