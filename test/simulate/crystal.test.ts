import assert from "node:assert/strict";
import { createRng } from "../../src/core";
import { scan } from "../../src/simulate";
import { constantCurrent } from "../../src/simulate/constantCurrent";
import { drawCrystal, type Crystal } from "../../src/simulate/crystal";
import { imageAtHeight, imageCrystal } from "../../src/simulate/imageCrystal";
import { sources } from "../../src/simulate/lattice";
import { placeDefects } from "../../src/simulate/placeDefects";
import type { BiasState, Surface } from "../../src/simulate/surface";
import { buckle } from "../../src/simulate/surfaces/dimers";
import { findSurface } from "../../src/simulate/surfaces";
import { listed, packed } from "../fixtures/simulatedSources";

const pixels = 300;

function stepped(surface: Surface, seed: number, rowDegrees = 0): Crystal {
  const options = { surface, pixels, nmPerPixel: 0.12, rowDegrees: [rowDegrees, rowDegrees], steps: [1, 1] } as const; // prettier-ignore
  return drawCrystal(options, createRng(seed));
}

/** How often the only step of a crystal jumps by half a row or more, and the angle of its descent to the rows above. */
function stepOf({ terraceAt, terraces }: Crystal): { kinks: number; towards: number } {
  let [x, y] = [0, 0];
  for (let row = 0; row < pixels; row += 3) {
    for (let column = 0; column < pixels; column += 3) {
      const sign = terraceAt(column, row) === 1 ? 1 : -1;
      x += sign * (column - pixels / 2);
      y += sign * (row - pixels / 2);
    }
  }
  const [cos, sin] = [x / Math.hypot(x, y), y / Math.hypot(x, y)];
  const edge = (along: number): number => {
    let down = -pixels / 2;
    const at = (d: number): [number, number] => [
      pixels / 2 + d * cos - along * sin,
      pixels / 2 + d * sin + along * cos,
    ];
    while (down < pixels / 2 && terraceAt(...at(down)) === 0) down++;
    return down;
  };
  let kinks = 0;
  for (let along = -100; along < 100; along++) {
    if (Math.abs(edge(along + 1) - edge(along)) > 3.2) kinks++;
  }
  const rows = (terraces[0].placement.rowDegrees * Math.PI) / 180;
  return { kinks, towards: Math.abs(cos * Math.cos(rows) - sin * Math.sin(rows)) };
}

describe("simulate/crystal", () => {
  it("turns the rows by a quarter at each step of Si and Ge, and not of TiO2", () => {
    for (const name of ["Si(001)-2x1", "H:Si(001)", "Ge(001)"] as const) {
      const [upper, lower] = stepped(findSurface(name), 1).terraces;
      assert.equal(lower.placement.rowDegrees - upper.placement.rowDegrees, 90);
      assert.ok(Math.abs(lower.above + (name === "Ge(001)" ? 1.41 : 1.36)) < 1e-9);
    }
    const [upper, lower] = stepped(findSurface("TiO2(110)"), 1).terraces;
    assert.equal(lower.placement.rowDegrees, upper.placement.rowDegrees);
  });

  it("has smooth steps where the rows above run along them, and rough ones where they run towards them", () => {
    const kinks: { smooth: number[]; rough: number[] } = { smooth: [], rough: [] };
    for (let seed = 1; seed <= 24; seed++) {
      const step = stepOf(stepped(findSurface("Si(001)-2x1"), seed));
      if (step.towards > 0.85) kinks.rough.push(step.kinks);
      if (step.towards < 0.5) kinks.smooth.push(step.kinks);
    }
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    assert.ok(kinks.smooth.length > 3 && kinks.rough.length > 3);
    assert.ok(mean(kinks.rough) > 3 * mean(kinks.smooth), JSON.stringify(kinks));
  });

  it("cuts no dimer in two at a step", () => {
    const crystal = stepped(findSurface("Si(001)-2x1"), 3, 20);
    const frame = { left: 90, top: 90, width: 120, height: 120 };
    const top = listed(sources(crystal, frame, [])).filter(({ weight }) => weight === 1);
    const inside = top.filter(({ x, y }) => Math.min(x, y) > 0 && Math.max(x, y) < 120);
    assert.ok(inside.length > 800);
    assert.equal(new Set(inside.map(({ above }) => above)).size, 2);
    for (const one of inside) {
      const partners = top.filter(
        (other) =>
          other !== one &&
          other.above === one.above &&
          Math.abs(1.2 * Math.hypot(other.x - one.x, other.y - one.y) - 2.3) < 1e-6,
      );
      assert.equal(partners.length, 1);
    }
  });

  it("keeps what it places as far from steps, from the border and from each other as it is told", () => {
    const crystal = stepped(findSurface("Si(001)-2x1"), 5);
    const wanted = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? "phosphine" : "clean"));
    const { places, defects } = placeDefects(
      crystal,
      wanted,
      {
        width: pixels,
        height: pixels,
        separation: 12,
        margin: 9,
        fromSteps: 20,
      },
      createRng(1),
    );
    assert.equal(places.length, 60);
    assert.equal(defects.length, 30);
    assert.equal(new Set(defects.map(({ terrace }) => terrace)).size, 2);
    places.forEach(({ x, y }, i) => {
      assert.ok(Math.min(x, y, pixels - 1 - x, pixels - 1 - y) >= 9);
      for (const other of places.slice(i + 1)) {
        assert.ok(Math.hypot(x - other.x, y - other.y) >= 12);
      }
      const own = crystal.terraceAt(x, y);
      for (let angle = 0; angle < 6.2; angle += 0.3) {
        // A kink may reach a little further in between the directions that are looked into.
        const [dx, dy] = [18 * Math.cos(angle), 18 * Math.sin(angle)];
        assert.equal(crystal.terraceAt(x + dx, y + dy), own);
      }
    });
  });

  it("gives a scan without steps one terrace, and the same crystal for the same seed", () => {
    const options = { surface: findSurface("Ge(001)"), pixels, nmPerPixel: 0.12, rowDegrees: [0, 5], steps: [0, 0] } as const; // prettier-ignore
    const [one, again] = [1, 1].map((seed) => drawCrystal(options, createRng(seed)));
    assert.equal(one.terraces.length, 1);
    assert.deepEqual(one.terraces[0].placement, again.terraces[0].placement);
    const frame = { left: 0, top: 0, width: 60, height: 60 };
    assert.deepEqual(listed(sources(one, frame, [])), listed(sources(again, frame, [])));
  });

  it("gives the current at one height above each terrace, as it is defined", () => {
    const crystal = stepped(findSurface("Si(001)-2x1"), 2);
    const tip = { workFunctionEv: 4.5, distanceNm: 0.6, bluntNm: 0, apexes: [] };
    const frame = { left: 20, top: 20, width: 48, height: 48 };
    const current = imageAtHeight(crystal, [], tip, frame);
    assert.ok(current.every((value) => value > 0.2 && value < 5));
    // Straight from the definition: the sum over all atoms at one height above the terrace.
    const kappa = 0.5123 * Math.sqrt(4.5);
    const charge = (i: number): number => {
      const [x, y] = [i % 48, Math.floor(i / 48)];
      const ground = crystal.terraces[crystal.terraceAt(x + 20, y + 20)].above;
      return listed(sources(crystal, frame, [])).reduce((sum, s) => {
        const way = Math.hypot(1.2 * (s.x - x), 1.2 * (s.y - y), 6 + ground - s.above);
        return sum + s.weight * Math.exp(-2 * kappa * way);
      }, 0);
    };
    for (const [i, k] of [
      [1000, 1010],
      [700, 1500],
      [1131, 1139],
    ]) {
      const ratio = charge(i) / charge(k);
      assert.ok(Math.abs(current[i] / current[k] / ratio - 1) < 0.01);
    }
  });
});

describe("simulate/imageCrystal", () => {
  it("sees with two apexes what the charge of both together gives, within a few pm", () => {
    const crystal = stepped(findSurface("Si(001)-2x1"), 3);
    const [apex, kappa] = [{ xNm: 0.8, yNm: 0.5, shorterPm: 50 }, 0.5123 * Math.sqrt(4.5)];
    const tip = { workFunctionEv: 4.5, distanceNm: 0.6, bluntNm: 0, apexes: [apex] };
    const frame = { left: 100, top: 100, width: 96, height: 96 };
    const seen = imageCrystal(crystal, [], tip, frame);
    // All atoms once more, where the second apex finds them and as much weaker as it is further away.
    const wide = { left: 80, top: 80, width: 136, height: 136 };
    const once = listed(sources(crystal, wide, [])).map((s) => ({
      ...s,
      x: s.x - 20,
      y: s.y - 20,
    }));
    const twice = once.map((s) => ({
      ...s,
      x: s.x - 8 / 1.2,
      y: s.y - 5 / 1.2,
      weight: s.weight * Math.exp(-2 * kappa * 0.5),
    }));
    const exact = constantCurrent(packed([...once, ...twice]), {
      width: 96,
      height: 96,
      pixelSize: 1.2,
      kappa,
      distance: 6,
      groundAt: (x, y) => crystal.terraces[crystal.terraceAt(x + 100, y + 100)].above,
    });
    // One of the two counts heights from another current.
    const apart = seen.map((value, i) => value - 100 * exact[i]).sort();
    const middle = apart[apart.length >> 1];
    const far = apart.map((value) => Math.abs(value - middle)).sort();
    assert.ok(far[Math.floor(0.5 * far.length)] < 0.5);
    assert.ok(far[Math.floor(0.98 * far.length)] < 2.5);
  });
});

/** Correlation of a clean scan with itself some dimers further along its rows. */
function alike(surface: "Si(001)-2x1" | "Si(001)-c(4x2)", bias: BiasState, dimers: number): number {
  // Three pixels of 0.128 nm are a dimer.
  const made = scan({ seed: 2, surface, bias, pixels: 96, nmPerPixel: 0.128, defects: {}, rowDegrees: [0, 0], instrument: "ideal" }); // prettier-ignore
  const z = made.clean.channels[0].data;
  const across = Math.round(made.parameters.rowDegrees) === 0;
  const by = 3 * dimers * (across ? 1 : 96);
  let [ab, aa, mean] = [0, 0, 0];
  for (const value of z) mean += value / z.length;
  for (let row = 0; row < 60; row++) {
    for (let column = 0; column < 60; column++) {
      const i = row * 96 + column;
      ab += (z[i] - mean) * (z[i + by] - mean);
      aa += (z[i] - mean) ** 2;
    }
  }
  return ab / aa;
}

describe("simulate/buckling", () => {
  for (const bias of ["filled", "empty"] as const) {
    it(`zigzags with a period of two dimers on cold Si(001), not on warm, in ${bias} states`, () => {
      assert.ok(alike("Si(001)-2x1", bias, 1) > 0.99);
      assert.ok(alike("Si(001)-c(4x2)", bias, 1) < 0.8);
      assert.ok(alike("Si(001)-c(4x2)", bias, 2) > 0.99);
    });
  }

  it("mixes patches of c(4x2), p(2x2) and flipping dimers, which hold over several rows", () => {
    const vary = buckle({ rise: 0.2, charge: 1.2, patch: [24, 9] }, createRng(1));
    const up = (along: number, across: number): number => Math.sign(vary(along, across, 0).rise);
    const [columns, rows] = [400, 200];
    const counts = { c: 0, p: 0, flipping: 0 };
    let lasts = 0;
    for (let j = -rows / 2; j < rows / 2; j++) {
      for (let i = -columns / 2; i < columns / 2; i++) {
        const product = up(i, j) * up(i, j + 1);
        counts[product < 0 ? "c" : product > 0 ? "p" : "flipping"]++;
        if (product === up(i, j + 1) * up(i, j + 2)) lasts++;
        // The two ends of a dimer go opposite ways, and what lies below does not move.
        assert.equal(vary(i, j, 1).rise, vary(i, j, 0).rise === 0 ? 0 : -vary(i, j, 0).rise);
        assert.equal(vary(i, j, 2).rise, 0);
      }
    }
    const all = columns * rows;
    assert.ok(counts.c > 0.25 * all && counts.p > 0.25 * all, JSON.stringify(counts));
    assert.ok(counts.flipping > 0.03 * all && counts.flipping < 0.3 * all, JSON.stringify(counts));
    assert.ok(lasts > 0.8 * all, `${lasts / all}`);
  });
});
