import assert from "node:assert/strict";
import { createRng, InputError, subset } from "../../src/core";
import { markedImages } from "../../src/explain";
import {
  featureColumns,
  latticeFill,
  measure,
  measureImages,
  patchLattice,
  type PatchShape,
} from "../../src/physics";
import { images as simulated, scan } from "../../src/simulate";

const shape: PatchShape = { height: 32, width: 32 };
const cellNm = [0.384, 0.768] as const;
const known = { cellNm, nmPerPixel: 0.12 };

/** Rows 6.4 pixels apart with spots along them, turned, with a spot somewhere. */
function rows(
  degrees: number,
  { spot = 0, at = [15, 16], noise = 0, seed = 1 }: { spot?: number; at?: readonly [number, number]; noise?: number; seed?: number } = {}, // prettier-ignore
): Float64Array {
  const rng = createRng(seed);
  const angle = (degrees * Math.PI) / 180;
  const [ax, ay] = [Math.cos(angle), -Math.sin(angle)];
  return Float64Array.from({ length: 1024 }, (_, i) => {
    const [x, y] = [i % 32, Math.floor(i / 32)];
    const across = ((-x * ay + y * ax) / 6.4) * 2 * Math.PI;
    const along = ((x * ax + y * ay) / 3.2) * 2 * Math.PI;
    const away = (x - at[0]) ** 2 + (y - at[1]) ** 2;
    return 20 * Math.cos(across) + 4 * Math.cos(along) + spot * Math.exp(-away / 8) + noise * rng.normal(); // prettier-ignore
  });
}

describe("physics/patchLattice", () => {
  it("finds rows of any direction, with and without their distance", () => {
    for (const degrees of [0, 7, 40, 90, 133, 174]) {
      for (const options of [known, { nmPerPixel: 0.12 }, {}]) {
        const found = patchLattice(rows(degrees, { noise: 3 }), shape, options);
        const off = Math.abs(found.rowDegrees - degrees);
        assert.ok(Math.min(off, 180 - off) < 1, `${degrees}: ${found.rowDegrees}`);
        assert.ok(Math.abs(Math.hypot(...found.across) - 6.4) < 0.1);
        assert.ok(Math.abs(found.amplitudeAcross - 20) < 1.5, `${found.amplitudeAcross}`);
        assert.equal(found.alongSeen, true);
      }
    }
  });

  it("does not claim cells along the rows that noise hides", () => {
    const found = patchLattice(rows(20, { noise: 120 }), shape, known);
    assert.equal(found.alongSeen, false);
  });
});

describe("physics/latticeFill", () => {
  const hole = new Uint8Array(1024);
  for (let y = 12; y < 21; y++) hole.fill(1, y * 32 + 11, y * 32 + 20);

  it("puts the crystal where a defect was, and touches nothing else", () => {
    for (const degrees of [3, 60, 95]) {
      const clean = rows(degrees);
      const bad = rows(degrees, { spot: 90, at: [15, 16] });
      const lattice = patchLattice(
        bad,
        shape,
        known,
        Float64Array.from(hole, (h) => 1 - h),
      );
      const filled = latticeFill(bad, shape, hole, lattice);
      let worst = 0;
      for (let i = 0; i < 1024; i++) {
        if (hole[i] === 0) assert.equal(filled[i], Math.fround(bad[i]));
        else if (i % 32 > 11 && i % 32 < 19 && i > 13 * 32 && i < 20 * 32)
          worst = Math.max(worst, Math.abs(filled[i] - clean[i]));
      }
      assert.ok(worst < 6, `${degrees}: ${worst}`);
    }
  });

  it("keeps a line's offset, since it copies along the line", () => {
    const offsets = rows(90).map((value, i) => value + 30 * Math.sin(Math.floor(i / 32) * 2.1));
    const lattice = patchLattice(offsets, shape, known);
    const filled = latticeFill(offsets, shape, hole, lattice);
    let squares = 0;
    for (let i = 0; i < 1024; i++) if (hole[i] !== 0) squares += (filled[i] - offsets[i]) ** 2 / 81;
    assert.ok(Math.sqrt(squares) < 3, `${Math.sqrt(squares)}`);
  });

  it("fills what no cell can be copied to with the fit", () => {
    const all = new Uint8Array(1024).fill(1);
    const clean = rows(30);
    const filled = latticeFill(clean, shape, all, patchLattice(clean, shape, known));
    filled.forEach((value, i) => assert.ok(Math.abs(value - clean[i]) < 1));
  });
});

describe("physics/measure", () => {
  const [m, n] = [Math.sin(Math.PI / 9), Math.cos(Math.PI / 9)];
  /** A place some cells from the origin of rows at 20 degrees. */
  const place = (across: number, along: number): readonly [number, number] => [
    across * 6.4 * m + along * 3.2 * n,
    across * 6.4 * n - along * 3.2 * m,
  ];

  it("says on which site a spot sits, how high and how wide it is", () => {
    const sites = [
      [3, 2, "row, on a spot"],
      [3, 2.5, "row, between spots"],
      [2.5, 3, "trough, beside a spot"],
      [2.5, 2.5, "trough, between spots"],
    ] as const;
    for (const [across, along, site] of sites) {
      const at = place(across, along);
      const found = measure(rows(20, { spot: 100, at, noise: 2 }), shape, known);
      assert.equal(found.registry.site, site);
      assert.ok(Math.hypot(found.centre[0] - at[0], found.centre[1] - at[1]) < 0.3);
      assert.ok(found.symmetry.mirrorAcross > 0.95 && found.symmetry.mirrorAlong > 0.95);
      assert.ok(Math.abs(found.height - 100) < 12, `${found.height}`);
      // Full width of exp(-r^2/8): 4.71 pixels.
      assert.ok(Math.abs(found.widthAcross - 0.565) < 0.06, `${found.widthAcross}`);
      // Its volume: 100 pm times 8 pi pixels.
      assert.ok(Math.abs(found.volume / (100 * 8 * Math.PI * 0.12 ** 2) - 1) < 0.12, `${found.volume}`); // prettier-ignore
    }
  });

  it("does not move the centre to where an off-row spot would look symmetric", () => {
    const found = measure(rows(20, { spot: 100, at: place(3.2, 2), noise: 2 }), shape, known);
    assert.equal(found.registry.site, "row, on a spot");
    assert.ok(found.symmetry.mirrorAcross < 0.8, `${found.symmetry.mirrorAcross}`);
    assert.ok(Math.abs(Math.abs(found.registry.across) - 0.2) < 0.04);
  });

  it("refuses a score where there is only noise", () => {
    let refused = 0;
    for (let seed = 1; seed <= 20; seed++)
      if (!measure(rows(20, { noise: 8, seed }), shape, known).symmetry.measurable) refused++;
    assert.ok(refused >= 12, `${refused} of 20`);
  });

  it("gives finite columns for images of any content, and refuses tiny ones", () => {
    const flat = { height: 16, width: 20 };
    const found = measure(new Float64Array(320), flat);
    assert.equal(found.symmetry.measurable, false);
    const set = simulated({
      seed: 2,
      trainScans: 1,
      testScans: 1,
      perClass: [1, 1],
      clean: [1, 1],
    });
    const columns = measureImages(subset(set, [0, 1, 2]), known);
    assert.equal(columns.features.length, 3 * featureColumns.length);
    assert.ok(columns.features.every(Number.isFinite));
    assert.throws(() => measureImages({ ...set, shape: [8, 8, 1] }), InputError);
  });
});

describe("physics/measure, on simulated silicon at usual noise", function () {
  this.timeout(120_000);
  const classes = ["single dimer vacancy", "C defect", "phosphine", "phosphinidene"];

  it("tells symmetric classes from those that break the mirror of the row", () => {
    const conditions = { instrument: "usual" } as const;
    const set = simulated({ seed: 3, classes, trainScans: 12, testScans: 1, perClass: [5, 5], clean: [1, 1], train: conditions }); // prettier-ignore
    const { images: found } = measureImages(set, { cellNm });
    const scores = (wanted: readonly number[]): number[] =>
      found.flatMap(({ symmetry }, i) =>
        wanted.includes(set.labels[i]) && symmetry.measurable ? [symmetry.mirrorAcross] : [],
      );
    // Labels follow the order of the surface: vacancy 1, C defect 2, phosphine 3, phosphinidene 4.
    const [even, odd] = [scores([1, 4]), scores([2, 3])];
    let wins = 0;
    for (const a of even) for (const b of odd) wins += a > b ? 1 : a === b ? 0.5 : 0;
    const auroc = wins / even.length / odd.length;
    assert.ok(auroc > 0.95, `${auroc}`);
  });

  it("finds the site in 95 of 100, bright row or dark trough, on a spot or between two", () => {
    // In empty states these rows look dark, so that what sits on their middle sits in a trough of the image; arsine bridges two dimers, all others sit on one.
    const on = { "Si(001)-2x1": ["single dimer vacancy", "phosphinidene"], "H:Si(001)": ["bare dimer", "siloxane", "arsine on the row"] } as const; // prettier-ignore
    const sites = { right: 0, all: 0, alongRight: 0, along: 0 };
    for (const surface of ["Si(001)-2x1", "H:Si(001)"] as const) {
      for (const bias of ["filled", "empty"] as const) {
        const all: readonly string[] = on[surface];
        const defects = Object.fromEntries(all.map((name) => [name, 5]));
        const { images } = markedImages({ scans: 4, seed: 4, classes: all, scan: { surface, bias, defects, pixels: 192, instrument: "usual" } }); // prettier-ignore
        measureImages(images, { cellNm }).images.forEach(({ registry }, i) => {
          sites.all += 1;
          const row = registry.site.startsWith("row");
          if (row === (bias === "filled")) sites.right += 1;
          if (!registry.alongSeen) return;
          const between = registry.site.includes("between");
          sites.along += 1;
          if (between === (all[images.labels[i]] === "arsine on the row")) sites.alongRight += 1;
        });
      }
    }
    assert.ok(sites.all > 100 && sites.right / sites.all > 0.95, JSON.stringify(sites));
    assert.ok(sites.along > 20 && sites.alongRight / sites.along > 0.95, JSON.stringify(sites));
  });

  it("gives the heights of the clean scan within a tenth, the median of all", () => {
    const made = scan({ seed: 5, instrument: "usual", defects: { phosphinidene: 6, "double dimer vacancy": 6 } }); // prettier-ignore
    const cut = (from: typeof made.clean, x: number, y: number): Float64Array => {
      const [left, top] = [Math.round(x) - 16, Math.round(y) - 16];
      return Float64Array.from({ length: 1024 }, (_, i) => 1e12 * from.channels[0].data[(top + Math.floor(i / 32)) * from.width + left + (i % 32)]); // prettier-ignore
    };
    const offs = made.defects
      .filter(({ x, y, pickedUp }) => Math.min(x, y) > 17 && Math.max(x, y) < 206 && !pickedUp)
      .map(({ x, y }) => {
        const [seen, truth] = [made.observed, made.clean].map((from) => measure(cut(from, x, y), shape, known).height); // prettier-ignore
        return Math.abs(seen / truth - 1);
      })
      .sort((a, b) => a - b);
    assert.ok(offs.length >= 6, `${offs.length}`);
    assert.ok(offs[offs.length >> 1] < 0.1, offs.join(" "));
  });
});
