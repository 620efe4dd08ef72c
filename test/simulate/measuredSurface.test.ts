import { defined } from "../../src/core";
import assert from "node:assert/strict";
import type { Scan } from "../../src/core";
import { defectClasses, scan, type ScanOptions } from "../../src/simulate";

const heights = ({ channels }: Scan): Float64Array => channels[0].data;

const base: ScanOptions = { pixels: 112, instrument: "ideal", defects: {}, retrace: false, variety: "measured" }; // prettier-ignore

/** What one defect of a class does, at its farthest, in pm. */
function extremes(
  surface: NonNullable<ScanOptions["surface"]>,
  kind: string,
  seed: number,
): number[] {
  // prettier-ignore
  const options = { ...base, surface, seed };
  const flat = heights(scan(options).clean);
  const made = scan({ ...options, defects: { [kind]: 4 } });
  const z = heights(made.clean);
  return made.defects.map(({ x, y }) => {
    let most = 0;
    for (let row = Math.ceil(y - 8); row <= y + 8; row++)
      for (let column = Math.ceil(x - 8); column <= x + 8; column++) {
        const change = (z[row * 112 + column] - flat[row * 112 + column]) * 1e12;
        if (Math.abs(change) > Math.abs(most)) most = change;
      }
    return most;
  });
}

describe("simulate: surfaces as real samples show them", function () {
  this.timeout(60_000);

  it("have the classes of the textbook first, and more", () => {
    for (const surface of ["H:Si(001)", "Ge(001)", "TiO2(110)"] as const) {
      const [textbook, measured] = [defectClasses(surface), defectClasses(surface, "measured")];
      assert.deepEqual(measured.slice(0, textbook.length), textbook);
      assert.ok(measured.length >= textbook.length + 3);
    }
    assert.throws(() => scan({ variety: "wild" as "measured" }), /variety "wild".*textbook/);
  });

  it("leave the textbook as it was", () => {
    const options: ScanOptions = { ...base, surface: "H:Si(001)", steps: [1, 1], density: 0.05 };
    const [one, other] = [scan({ ...options, variety: "textbook" }), scan(defined({ ...options, variety: undefined }))]; // prettier-ignore
    assert.deepEqual(heights(one.observed), heights(other.observed));
    assert.notDeepEqual(heights(scan(options).observed), heights(one.observed));
  });

  it("carry atoms and gaps along steps, and nowhere else, which can be left out", () => {
    const options: ScanOptions = { ...base, surface: "Si(001)-2x1", seed: 4 };
    const differ = (
      steps: readonly [number, number],
      variety: NonNullable<ScanOptions["variety"]>,
    ): number => {
      const [all, bare] = [false, true].map((bareSteps) => heights(scan({ ...options, steps, variety, bareSteps }).clean)); // prettier-ignore
      return all.filter((z, i) => Math.abs(z - bare[i]) > 20e-12).length / all.length;
    };
    const share = differ([2, 2], "measured");
    assert.ok(share > 0.01 && share < 0.2, String(share));
    assert.equal(differ([0, 0], "measured"), 0);
    assert.equal(differ([2, 2], "textbook"), 0);
  });

  it("have pits and gaps that are deep, spots and particles that are not all alike", () => {
    for (const depth of [
      ...extremes("Ge(001)", "pit", 1),
      ...extremes("Ge(001)", "row of vacancies", 2),
    ])
      // prettier-ignore
      assert.ok(depth < -90, `${depth} pm`);
    for (const height of extremes("Si(001)-2x1", "particle", 3)) assert.ok(height > 120, `${height} pm`); // prettier-ignore
    const spots = [1, 2, 3].flatMap((seed) => extremes("TiO2(110)", "bright spot", seed));
    assert.ok(
      spots.every((height) => height > 40 && height < 260),
      spots.join(),
    );
    assert.ok(Math.max(...spots) > 1.1 * Math.min(...spots));
  });

  it("are the same with and without defects, ragged steps included, and finite over the widest hole", () => {
    const options: ScanOptions = { ...base, surface: "H:Si(001)", steps: [2, 2], pixels: 160 };
    const flat = heights(scan(options).clean);
    const z = heights(scan({ ...options, defects: { pit: 2 } }).clean);
    assert.ok(z.every(Number.isFinite));
    const order = z.map((value, i) => value - flat[i]).sort();
    // Away from the pits nothing changes but the height at which the tip begins.
    const middle = order[order.length >> 1];
    const changed = z.filter((value, i) => Math.abs(value - flat[i] - middle) > 5e-12).length;
    assert.ok(changed > 50 && changed < 0.25 * z.length, `${changed} pixels`);
  });
});
