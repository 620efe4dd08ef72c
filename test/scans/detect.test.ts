import assert from "node:assert/strict";
import { createRng, InputError, type Scan } from "../../src/core";
import * as scans from "../../src/scans";
import { fourierTransform } from "../../src/scans/fourierTransform";

interface Bump {
  readonly x: number;
  readonly y: number;
  readonly pm: number;
}

/** A lattice with noise, a step if asked for, and bumps of 0.3 nm; 0.15 nm a pixel. */
function surface(bumps: readonly Bump[], { step = 0, noise = 4, seed = 1 } = {}): Scan {
  const [width, height, nm] = [160, 140, 0.15];
  const rng = createRng(seed);
  const data = Float64Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [((i % width) + 0.5) * nm, (Math.floor(i / width) + 0.5) * nm];
    const atoms = 10 * Math.cos((2 * Math.PI * x) / 0.77) * Math.cos((2 * Math.PI * y) / 0.38);
    const terrace = x + 0.3 * y > 18 ? step : 0;
    const hills = bumps.reduce(
      (sum, bump) =>
        sum + bump.pm * Math.exp(-((x - bump.x) ** 2 + (y - bump.y) ** 2) / (2 * 0.3 ** 2)),
      0,
    );
    return (atoms + terrace + hills + noise * rng.normal()) * 1e-12;
  });
  return {
    name: "surface",
    channels: [{ name: "Z", unit: "m", direction: "forward", data }],
    width,
    height,
    sizeMetres: [width * nm * 1e-9, height * nm * 1e-9],
    completedRows: height,
    scanDirection: "down",
    metadata: {},
    history: [],
  };
}

const bumps = [
  { x: 4, y: 5, pm: 90 },
  { x: 9.5, y: 15, pm: -80 },
  { x: 13, y: 8, pm: 60 },
  { x: 20, y: 17, pm: -100 },
  { x: 21.5, y: 3, pm: 70 },
];

function checkFound(found: scans.Detection, wanted: readonly Bump[]): void {
  assert.equal(found.features.length, wanted.length);
  for (const { x, y, pm } of wanted) {
    const near = found.features.find(({ xNm, yNm }) => Math.hypot(xNm - x, yNm - y) < 0.15);
    assert.ok(near !== undefined, `nothing at ${x}, ${y}`);
    assert.equal(near.polarity, pm > 0 ? "bright" : "dark");
    assert.ok(Math.abs(near.height * 1e12 - pm) < 30, `${near.height * 1e12} for ${pm} pm`);
    assert.ok(near.areaNm2 > 0.2 && near.areaNm2 < 1, `${near.areaNm2} nm2`);
    assert.ok(near.widthNm > 0.4 && near.widthNm < 1.2, `${near.widthNm} nm wide`);
  }
}

describe("scans/detect", () => {
  it("finds each feature with its place, sign, height and size, and nothing else", () => {
    const scan = surface(bumps);
    const found = scans.detect(scan);
    checkFound(found, bumps);
    const scores = found.features.map(({ score }) => score);
    assert.deepEqual(
      scores,
      [...scores].sort((a, b) => b - a),
    );
    found.features.forEach(({ areaNm2 }, i) => {
      const pixels = found.mask.filter((label) => label === i + 1).length;
      assert.ok(Math.abs(pixels * 0.15 ** 2 - areaNm2) < 1e-9);
    });
  });

  it("finds the same across a step, and does not take the step for features", () => {
    checkFound(scans.detect(surface(bumps, { step: 140 })), bumps);
  });

  it("finds nothing on a clean surface", () => {
    for (const seed of [2, 3, 4]) {
      const { features, mask } = scans.detect(surface([], { seed }));
      assert.deepEqual(features, []);
      assert.ok(mask.every((label) => label === 0));
    }
    const flat = surface([]);
    const level = {
      ...flat,
      channels: [{ ...flat.channels[0], data: new Float64Array(160 * 140) }],
    };
    assert.deepEqual(scans.detect(level).features, []);
    const plane = Float64Array.from({ length: 160 * 140 }, (_, i) => 1e-11 * (i % 160) + 3e-9);
    const tilted = { ...flat, channels: [{ ...flat.channels[0], data: plane }] };
    assert.deepEqual(scans.detect(tilted).features, []);
  });

  it("gives the same in nanometres whatever the pixels", () => {
    const scan = surface(bumps);
    checkFound(scans.detect(scans.resample(scan, { nmPerPixel: 0.05 })), bumps);
    const wide = scans.resample(scan, { nmPerPixel: 0.075 });
    const data = wide.channels[0].data.filter((_, i) => Math.floor(i / wide.width) % 2 === 0);
    const oblong = { ...wide, height: wide.height / 2, channels: [{ ...wide.channels[0], data }] };
    checkFound(scans.detect(oblong), bumps);
  });

  it("looks only where something is measured", () => {
    const scan = surface(bumps);
    const data = scan.channels[0].data.map((value, i) => (i >= 160 * 80 ? NaN : value));
    const cut = { ...scan, channels: [{ ...scan.channels[0], data }], completedRows: 80 };
    checkFound(
      scans.detect(cut),
      bumps.filter(({ y }) => y < 12),
    );
  });

  it("keeps to the polarity and the sizes asked for, and parts what touches", () => {
    const scan = surface(bumps);
    const dark = scans.detect(scan, { polarity: "dark" }).features;
    assert.deepEqual(new Set(dark.map(({ polarity }) => polarity)), new Set(["dark"]));
    assert.equal(scans.detect(scan, { minAreaNm2: 5 }).features.length, 0);
    const pair = [
      { x: 10, y: 10, pm: 90 },
      { x: 10.9, y: 10, pm: 80 },
    ];
    assert.equal(scans.detect(surface(pair)).features.length, 2);
    assert.equal(scans.detect(surface(pair), { separationNm: 1.2 }).features.length, 1);
  });

  it("says what is wrong", () => {
    const scan = surface([]);
    assert.throws(() => scans.detect(scan, { treshold: 3 } as object), /Did you mean "threshold"/);
    assert.throws(() => scans.detect(scan, { edge: 9 }), InputError);
    assert.throws(() => scans.detect({ ...scan, sizeMetres: [0, 0] }), /known size/);
    const nothing = new Float64Array(160 * 140).fill(NaN);
    const empty = { ...scan, channels: [{ ...scan.channels[0], data: nothing }] };
    assert.throws(() => scans.detect(empty), /no measured pixel/);
  });
});

describe("scans/segment", () => {
  const scan = surface(bumps, { noise: 8 });
  const clicks = [
    ...bumps.slice(0, 3).map(({ x, y }) => ({ xNm: x, yNm: y, defect: true })),
    { xNm: 16, yNm: 12, defect: false },
    { xNm: 6.5, yNm: 10, defect: false },
  ];

  it("marks what the clicks mean, with probabilities, and the same each time", () => {
    const first = scans.segment(scan, clicks);
    const at = (x: number, y: number): number => Math.floor(y / 0.15) * 160 + Math.floor(x / 0.15);
    for (const { x, y } of bumps) assert.ok(first.probability[at(x, y)] > 0.8);
    assert.ok(first.mask.filter((on) => on === 1).length < 0.05 * first.mask.length);
    assert.deepEqual(scans.segment(scan, clicks), first);
  });

  it("learns from a click that what was found is no defect", () => {
    const [bright, dark] = [1, -1].map((sign) => bumps.filter(({ pm }) => pm * sign > 0));
    const only = [
      ...bright.map(({ x, y }) => ({ xNm: x, yNm: y, defect: true })),
      ...dark.map(({ x, y }) => ({ xNm: x, yNm: y, defect: false })),
    ];
    const { probability } = scans.segment(scan, only, { trust: 40 });
    const mean = (list: readonly Bump[]): number =>
      list.reduce(
        (sum, { x, y }) =>
          sum + probability[Math.floor(y / 0.15) * 160 + Math.floor(x / 0.15)] / list.length,
        0,
      );
    assert.ok(mean(bright) > mean(dark) + 0.4, `${mean(bright)} and ${mean(dark)}`);
  });

  it("says what is wrong with clicks", () => {
    assert.throws(() => scans.segment(scan, []), /no click/);
    const far = [{ xNm: 1e-9, yNm: 300, defect: true }];
    assert.throws(() => scans.segment(scan, far), /within 24.00 nm x 21.00 nm/);
  });
});

describe("scans/fourierTransform", () => {
  it("is the sum that defines it, for any length, and goes back", () => {
    for (const [width, height] of [
      [8, 4],
      [5, 6],
      [1, 7],
    ]) {
      const rng = createRng(width);
      const re = Float64Array.from({ length: width * height }, () => rng.normal());
      const im = Float64Array.from({ length: width * height }, () => rng.normal());
      const wanted = re.map((_, k) => {
        let sum = 0;
        re.forEach((_value, i) => {
          const angle =
            -2 *
            Math.PI *
            (((k % width) * (i % width)) / width +
              (Math.floor(k / width) * Math.floor(i / width)) / height);
          sum += re[i] * Math.cos(angle) - im[i] * Math.sin(angle);
        });
        return sum;
      });
      const both = { re: re.slice(), im: im.slice() };
      fourierTransform(both, width);
      wanted.forEach((value, i) => assert.ok(Math.abs(both.re[i] - value) < 1e-12));
      fourierTransform(both, width, true);
      both.re.forEach((value, i) => assert.ok(Math.abs(value - re[i]) < 1e-12));
      both.im.forEach((value, i) => assert.ok(Math.abs(value - im[i]) < 1e-12));
    }
  });
});
