import assert from "node:assert/strict";
import { createRng } from "../../src/core";
import { regularity } from "../../src/scans/regularity";

describe("scans/regularity", () => {
  it("tells the period of places on a lattice, however crooked, and none of places at random", () => {
    const rng = createRng(1);
    const lattice = Array.from({ length: 64 }, (_, i) => ({
      xNm: 2.3 * (i % 8) + 0.15 * rng.normal(),
      yNm: 2.3 * Math.floor(i / 8) + 0.15 * rng.normal(),
    }));
    const period = regularity(lattice);
    assert.ok(period !== undefined && Math.abs(period - 2.3) < 0.15, String(period));
    const few = regularity(lattice.filter((_, i) => i % 5 === 0));
    assert.ok(few !== undefined && Math.abs(few - 2.3) < 0.15, String(few));
    for (const count of [5, 12, 16, 40, 120])
      for (let draw = 0; draw < 5; draw++) {
        const places = Array.from({ length: count }, () => ({ xNm: rng.between(0, 20), yNm: rng.between(0, 20) })); // prettier-ignore
        assert.equal(regularity(places), undefined, `${count} places`);
      }
  });

  it("does not take defects on the rows of a crystal for a pattern, nor a crowded corner", () => {
    const rng = createRng(2);
    const rows = Array.from({ length: 100 }, () => ({ xNm: 0.77 * rng.integer(40), yNm: 0.38 * rng.integer(80) })); // prettier-ignore
    assert.equal(regularity(rows), undefined);
    const corner = Array.from({ length: 100 }, (_, i) => ({ xNm: rng.between(0, i < 90 ? 12 : 40), yNm: rng.between(0, 40) })); // prettier-ignore
    assert.equal(regularity(corner), undefined);
  });
});
