import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Scan } from "../../src/core";
import { alignRows, level, removeScars } from "../../src/scans";
import { gwyddionScan } from "../fixtures/gwyddionScan";

const { results } = JSON.parse(
  fs.readFileSync(path.join(__dirname, "..", "fixtures", "gwyddionSteps.json"), "utf8"),
) as { results: Readonly<Record<string, string>> };

/** What Gwyddion made of the scan. Reference call: node --import tsx test/fixtures/gwyddionSteps.ts */
function wanted(name: string): Float64Array {
  const bytes = Buffer.from(results[name], "base64");
  return new Float64Array(new Uint8Array(bytes).buffer);
}

function rms(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

const of = (scan: Scan): Float64Array => scan.channels[0].data;
const scan = gwyddionScan();
/** Distances in units of the scan's rms. */
function distances(name: string, got: Float64Array): Float64Array {
  const expected = wanted(name);
  assert.equal(got.length, expected.length);
  const size = rms(of(scan));
  return got.map((value, i) => Math.abs(value - expected[i]) / size);
}

/** What gives the same numbers. */
const exact: Readonly<Record<string, (scan: Scan) => Scan>> = {
  plane: (s) => level(s),
  "polynomial 2 3": (s) => level(s, { method: "polynomial", degreeX: 2, degreeY: 3 }),
  facets: (s) => level(s, { method: "facets" }),
  "rows mean": (s) => alignRows(s, { method: "polynomial", degree: 0 }),
  "rows line": (s) => alignRows(s, { method: "polynomial", degree: 1 }),
  "rows parabola": (s) => alignRows(s, { method: "polynomial", degree: 2 }),
  modus: (s) => alignRows(s, { method: "modus" }),
  matching: (s) => alignRows(s, { method: "matching" }),
  "remove scars": (s) => removeScars(s),
};

/** What does too, but for order statistics that Gwyddion 2.62 gets wrong by a rank in some rows. */
const nearly: Readonly<Record<string, (scan: Scan) => Scan>> = {
  median: (s) => alignRows(s, { method: "median" }),
  "median of differences": (s) => alignRows(s, { method: "median of differences" }),
  "trimmed mean": (s) => alignRows(s, { method: "trimmed mean" }),
  "trimmed mean of differences": (s) => alignRows(s, { method: "trimmed mean of differences" }),
};

describe("scans beside Gwyddion", () => {
  for (const [name, step] of Object.entries(exact)) {
    it(`gives the numbers of Gwyddion: ${name}`, () => {
      const most = distances(name, of(step(scan))).reduce((a, b) => Math.max(a, b));
      assert.ok(most < 1e-9, `${most} of the rms`);
      assert.ok(
        distances(name, of(scan)).some((distance) => distance > 0.01),
        "it does something",
      );
    });
  }

  for (const [name, step] of Object.entries(nearly)) {
    it(`gives the numbers of Gwyddion in nearly all rows: ${name}`, () => {
      const found = distances(name, of(step(scan)));
      const most = found.reduce((a, b) => Math.max(a, b));
      assert.ok(most < 0.02, `${most} of the rms`);
    });
  }
});
