import assert from "node:assert/strict";
import { createRng } from "../../src/core";
import { measure } from "../../src/physics";

const shape = { height: 32, width: 32 };
const known = { cellNm: [0.384, 0.768], nmPerPixel: 0.12 } as const;

/** Rows across the fast axis with a vacancy that is as narrow as they come, and marks on lines of the scan. */
function vacancy(
  marks: readonly (readonly [line: number, from: number, to: number, pm: number])[],
): Float64Array {
  // prettier-ignore
  const rng = createRng(3);
  const values = Float64Array.from({ length: 1024 }, (_, i) => {
    const [x, y] = [i % 32, Math.floor(i / 32)];
    const hole = -80 * Math.exp(-((x - 16) ** 2 + (y - 15) ** 2) / (2 * 1.3 ** 2));
    return 20 * Math.cos(((x - 16) / 6.4) * 2 * Math.PI) + hole + 3 * rng.normal();
  });
  for (const [line, from, to, pm] of marks)
    for (let x = from; x < to; x++) values[line * 32 + x] += pm;
  return values;
}

describe("physics/withoutStrokes", () => {
  it("leaves a narrow vacancy as deep as it is", () => {
    const { height, centre } = measure(vacancy([]), shape, known);
    // A hole this narrow comes out a little too shallow, with or without marks.
    assert.ok(Math.abs(height + 80) < 10, `${height}`);
    assert.ok(Math.hypot(centre[0] - 16, centre[1] - 15) < 0.4);
  });

  it("takes scars and spikes of one or two lines for what they are, above, below and across the vacancy", () => {
    const marks = [
      [[11, 8, 24, 300]],
      [[19, 14, 26, 250], [20, 15, 27, 250]], // prettier-ignore
      [[16, 4, 28, 200]],
      [[10, 18, 19, -390]],
    ] as const;
    const { registry } = measure(vacancy([]), shape, known);
    for (const list of marks) {
      const found = measure(vacancy(list), shape, known);
      assert.ok(Math.abs(found.height + 80) < 12, `${JSON.stringify(list)}: ${found.height}`);
      assert.ok(Math.hypot(found.centre[0] - 16, found.centre[1] - 15) < 0.6, `${JSON.stringify(list)}: ${found.centre.join(" ")}`); // prettier-ignore
      assert.equal(found.registry.site.split(",")[0], registry.site.split(",")[0]);
    }
  });

  it("does not touch what is thicker", () => {
    const list = [15, 16, 17, 18].map((line) => [line, 12, 20, 150] as const);
    assert.ok(measure(vacancy(list), shape, known).highest > 100);
  });
});
