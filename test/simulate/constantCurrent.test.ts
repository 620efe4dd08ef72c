import assert from "node:assert/strict";
import * as fc from "fast-check";
import { constantCurrent } from "../../src/simulate/constantCurrent";
import { toCrystal, toPixel, type Crystal, type Placement } from "../../src/simulate/crystal";
import { sources } from "../../src/simulate/lattice";
import type { DefectShape } from "../../src/simulate/surface";
import { silicon } from "../../src/simulate/surfaces/silicon";
import { listed, packed, type Source } from "../fixtures/simulatedSources";

const kappa = 1.1;

/** rho(z) = rho0 at one pixel, by bisection over all sources. */
function naiveHeight(
  all: readonly Source[],
  pixel: number,
  x: number,
  y: number,
  logWanted: number,
): number {
  // prettier-ignore
  const logCharge = (z: number): number => {
    let charge = 0;
    for (const { x: sx, y: sy, above, weight } of all) {
      const way = Math.hypot((x - sx) * pixel, (y - sy) * pixel, z - above);
      charge += weight * Math.exp(-2 * kappa * way);
    }
    return Math.log(charge);
  };
  let [low, high] = [1, 15];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (logCharge(middle) > logWanted) low = middle;
    else high = middle;
  }
  return low;
}

describe("simulate/constantCurrent", () => {
  it("sees one source as a sphere around it", () => {
    const one = packed([{ x: 20, y: 20, above: 0, weight: 1 }]);
    const z = constantCurrent(one, { width: 41, height: 41, pixelSize: 0.2, kappa, distance: 6 });
    const middle = z[20 * 41 + 20] + 6;
    for (const away of [0, 3, 7, 12]) {
      const there = z[(20 + away) * 41 + 20] + 6;
      assert.ok(Math.abs(Math.hypot(there, 0.2 * away) - middle) < 1e-4, `${away} pixels away`);
    }
  });

  it("follows constant charge within 0.3 pm, also into a hole of two dimers and over a bright atom", () => {
    const placement: Placement = { rowDegrees: 17, origin: [30, 30], angstromPerPixel: 1 };
    const crystal: Crystal = {
      surface: silicon("filled"),
      terraces: [{ placement, above: 0 }],
      terraceAt: () => 0,
    };
    const here = { name: "", terrace: 0, loose: false };
    const hole = { ...here, cell: [0, 0] as const, shape: shapeOf(0) };
    const bright = { ...here, cell: [5, 1] as const, shape: shapeOf(20) };
    const found = sources(crystal, { left: 0, top: 0, width: 60, height: 60 }, [hole, bright]);
    const all = listed(found);
    const options = { width: 60, height: 60, pixelSize: 1, kappa, distance: 5.5 };
    const z = constantCurrent(found, options);
    // The median itself is not under test: it is read off a pixel far from both.
    const [farX, farY] = [10, 50];
    const charge = all.reduce((sum, { x, y, above, weight }) => {
      const way = Math.hypot(farX - x, farY - y, z[farY * 60 + farX] + 5.5 - above);
      return sum + weight * Math.exp(-2 * kappa * way);
    }, 0);
    for (const [along, across] of [
      [1.92, 0],
      [0, 0],
      [3.84, 1],
      [19.2, 7.68],
      [19.2, 9],
      [8, 4],
    ]) {
      // prettier-ignore
      const [x, y] = toPixel(placement, along, across).map(Math.round);
      const expected = naiveHeight(all, 1, x, y, Math.log(charge));
      assert.ok(
        Math.abs(z[y * 60 + x] + 5.5 - expected) < 0.003,
        `${z[y * 60 + x] + 5.5} is not ${expected} angstrom`,
      );
    }
  });
});

/** The first two dimers of a row with one weight. */
function shapeOf(weight: number): DefectShape {
  const changes = [0, 1].flatMap((along) =>
    [0, 1].map((atom) => ({ cell: [along, 0] as const, atom, weight })),
  );
  return { centre: [1.92, 0], changes };
}

describe("simulate/lattice", () => {
  it("goes from the crystal to pixels and back", () => {
    const place = fc.double({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(place, place, place, (along, across, rowDegrees) => {
        const placement: Placement = { rowDegrees, origin: [3, 8], angstromPerPixel: 1.2 };
        const [x, y] = toPixel(placement, along, across);
        const back = toCrystal(placement, x, y);
        return Math.abs(back[0] - along) < 1e-9 && Math.abs(back[1] - across) < 1e-9;
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it("turns rows counter-clockwise as one sees them, with row 0 at the top", () => {
    const placement: Placement = { rowDegrees: 90, origin: [10, 10], angstromPerPixel: 1 };
    const [x, y] = toPixel(placement, 5, 0);
    assert.ok(Math.abs(x - 10) < 1e-12 && Math.abs(y - 5) < 1e-12);
  });
});
