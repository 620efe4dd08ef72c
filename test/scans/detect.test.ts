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

/** All that was put there is found, where it is, as what it is, and nothing that is sure beside it. */
function checkFound(found: scans.Detection, wanted: readonly Bump[], others = 0): void {
  const sure = found.features.filter(({ score }) => score > 0.95);
  assert.ok(sure.length <= wanted.length + others, `${sure.length} sure features`);
  for (const { x, y, pm } of wanted) {
    const near = found.features.find(({ xNm, yNm }) => Math.hypot(xNm - x, yNm - y) < 0.15);
    assert.ok(near !== undefined, `nothing at ${x}, ${y}`);
    assert.equal(near.polarity, pm > 0 ? "bright" : "dark");
    assert.ok(Math.abs(near.height * 1e12 - pm) < 30, `${near.height * 1e12} for ${pm} pm`);
    assert.ok(near.areaNm2 > 0.2 && near.areaNm2 < 1, `${near.areaNm2} nm2`);
    assert.ok(near.widthNm > 0.4 && near.widthNm < 1.3, `${near.widthNm} nm wide`);
  }
}

/** The same scan with other heights. */
function withHeights(scan: Scan, change: (value: number, i: number) => number): Scan {
  const [channel] = scan.channels;
  return { ...scan, channels: [{ ...channel, data: channel.data.map(change) }] };
}

describe("scans/detect", () => {
  it("finds each feature with its place, sign, height and size, the surest first", () => {
    const found = scans.detect(surface(bumps));
    checkFound(found, bumps);
    const scores = found.features.map(({ score }) => score);
    assert.deepEqual(
      scores,
      [...scores].sort((a, b) => b - a),
    );
    assert.ok(scores.every((score) => score >= 0.5 && score <= 1));
    found.features.forEach(({ areaNm2 }, i) => {
      const pixels = found.mask.filter((label) => label === i + 1).length;
      assert.ok(Math.abs(pixels * 0.15 ** 2 - areaNm2) < 0.3 * areaNm2 + 0.1);
    });
    assert.deepEqual(scans.detect(surface(bumps)), found);
  });

  it("gives the same whether a scan is levelled and aligned or not, and across steps", () => {
    checkFound(scans.detect(surface(bumps, { step: 140 })), bumps);
    const rng = createRng(5);
    const rows = Array.from({ length: 140 }, () => 30e-12 * rng.normal());
    const raw = withHeights(surface(bumps), (value, i) => value + rows[Math.floor(i / 160)] + 2e-12 * (i % 160) + 4e-8); // prettier-ignore
    const [found, plain] = [scans.detect(raw), scans.detect(surface(bumps))];
    checkFound(found, bumps);
    assert.ok(Math.abs(found.features.length - plain.features.length) <= 2);
  });

  it("finds next to nothing on a clean surface, and nothing on none", () => {
    const all = [2, 3, 4].flatMap((seed) => scans.detect(surface([], { seed })).features);
    assert.ok(all.length <= 6, `${all.length} on 1512 nm^2`);
    const flat = surface([]);
    for (const empty of [
      withHeights(flat, () => 0),
      withHeights(flat, (_, i) => 1e-11 * (i % 160) + 3e-9),
    ])
      assert.deepEqual(scans.detect(empty).features, []);
  });

  it("gives the same in nanometres whatever the pixels", () => {
    const scan = surface(bumps);
    checkFound(scans.detect(scans.resample(scan, { nmPerPixel: 0.05 })), bumps, 1);
    const wide = scans.resample(scan, { nmPerPixel: 0.075 });
    const data = wide.channels[0].data.filter((_, i) => Math.floor(i / wide.width) % 2 === 0);
    const oblong = { ...wide, height: wide.height / 2, channels: [{ ...wide.channels[0], data }] };
    checkFound(scans.detect(oblong), bumps, 1);
  });

  it("looks only where something is measured, and takes no border of it for a feature", () => {
    const half = withHeights(surface(bumps), (value, i) => (i >= 160 * 80 ? NaN : value));
    const found = scans.detect({ ...half, completedRows: 80 });
    const above = bumps.filter(({ y }) => y < 12);
    checkFound(found, above);
    assert.ok(found.features.length <= above.length + 2);
    assert.ok(found.mask.subarray(160 * 80).every((label) => label === 0));
  });

  it("bears lost rows, lost pixels and a particle", () => {
    const rng = createRng(7);
    const lost = Array.from({ length: 140 }, () => rng.uniform() < 0.3);
    const rows = withHeights(surface(bumps), (v, i) => (lost[Math.floor(i / 160)] ? NaN : v));
    const pixels = withHeights(surface(bumps), (v) => (rng.uniform() < 0.02 ? NaN : v));
    const tall = { x: 6, y: 18, pm: 20_000 };
    for (const { scan, others } of [
      { scan: rows, others: 1 },
      { scan: pixels, others: 0 },
      { scan: surface([...bumps, tall]), others: 2 },
    ]) {
      const { features } = scans.detect(scan);
      for (const { x, y } of bumps)
        assert.ok(features.some(({ xNm, yNm }) => Math.hypot(xNm - x, yNm - y) < 0.3), `${x}, ${y}`); // prettier-ignore
      assert.ok(features.filter(({ score }) => score > 0.95).length <= bumps.length + others);
    }
  });

  it("tells more when it is asked to be sensitive, and draws closer outlines when it is asked to", () => {
    const scan = surface(bumps, { noise: 8 });
    const counts = [0.1, 0.5, 0.9].map((sensitivity) => scans.detect(scan, { sensitivity }).features.length); // prettier-ignore
    assert.ok(counts[0] <= counts[1] && counts[1] < counts[2], counts.join());
    const areas = [0.2, 0.5, 0.8].map((extent) => scans.detect(scan, { extent }).features.find(({ xNm }) => Math.abs(xNm - 4) < 0.2)?.areaNm2 ?? 0); // prettier-ignore
    assert.ok(areas[0] > areas[1] && areas[1] > areas[2] && areas[2] > 0, areas.join());
  });

  it("keeps to the polarity and the sizes asked for, and parts what touches", () => {
    const scan = surface(bumps);
    const dark = scans.detect(scan, { polarity: "dark" }).features;
    assert.deepEqual(new Set(dark.map(({ polarity }) => polarity)), new Set(["dark"]));
    assert.equal(scans.detect(scan, { minAreaNm2: 5 }).features.length, 0);
    const pair = surface([
      { x: 10, y: 10, pm: 90 },
      { x: 10.9, y: 10, pm: 80 },
    ]);
    const around = (options: scans.DetectOptions): number =>
      scans.detect(pair, options).features.filter(({ xNm, yNm }) => Math.hypot(xNm - 10.4, yNm - 10) < 0.8).length; // prettier-ignore
    assert.equal(around({}), 2);
    assert.equal(around({ separationNm: 1.2 }), 1);
  });

  it("takes the smallest scans, and says where pixels are too coarse", () => {
    const scan = surface(bumps);
    const small = (width: number, height: number, metres: readonly [number, number]): Scan => ({
      ...scan,
      width,
      height,
      sizeMetres: metres,
      channels: [{ ...scan.channels[0], data: scan.channels[0].data.slice(0, width * height) }],
    });
    for (const [width, height] of [
      [16, 16],
      [1, 1],
      [1, 40],
      [40, 1],
    ]) {
      const found = scans.detect(small(width, height, [width * 1e-10, height * 1e-10]));
      assert.equal(found.mask.length, width * height);
      assert.deepEqual(found.notes, []);
    }
    const { notes } = scans.detect(small(16, 16, [1e-6, 1e-6]));
    assert.match(notes[0], /Pixels of 63 nm show no atoms/);
  });

  it("says that heights stand still, and where something is to be seen", () => {
    const scan = surface(bumps);
    const [z] = scan.channels;
    const still = { ...z, data: z.data.map(() => 2e-9) };
    const current = { ...z, name: "Current", unit: "A" };
    for (const method of ["learned", "threshold"] as const) {
      const found = scans.detect({ ...scan, channels: [still, current] }, { method });
      assert.deepEqual(found.features, []);
      assert.deepEqual(found.notes, ['"Z" is the same everywhere, as at constant height: choose another channel, for example "Current".']); // prettier-ignore
      assert.deepEqual(scans.detect({ ...scan, channels: [still] }, { method }).notes, ['"Z" is the same everywhere, as at constant height.']); // prettier-ignore
    }
    assert.ok(scans.detect({ ...scan, channels: [still, current] }, { channel: "Current" }).features.length > 0); // prettier-ignore
  });

  it("searches heights where there are several channels", () => {
    const scan = surface(bumps);
    const current = { name: "Current", unit: "A", direction: "forward" as const, data: new Float64Array(160 * 140) }; // prettier-ignore
    checkFound(scans.detect({ ...scan, channels: [current, ...scan.channels] }), bumps);
  });

  it("says what is wrong", () => {
    const scan = surface([]);
    assert.throws(() => scans.detect(scan, { sensitivty: 3 } as object), /Did you mean "sensitivity"/); // prettier-ignore
    assert.throws(() => scans.detect(scan, { sensitivity: 2 }), InputError);
    assert.throws(() => scans.detect(scan, { threshold: 4 }), /"threshold" with method "learned".*choose method "threshold"/i); // prettier-ignore
    assert.throws(() => scans.detect(scan, { method: "threshold", extent: 0.3 }), /"extent" with method "threshold"/); // prettier-ignore
    assert.throws(() => scans.detect({ ...scan, sizeMetres: [0, 0] }), /known size/);
    const empty = withHeights(scan, () => NaN);
    assert.throws(() => scans.detect(empty), /no measured pixel/);
  });
});

describe("scans/detect by threshold", () => {
  const detect = (scan: Scan, options: scans.DetectOptions = {}): scans.Detection =>
    scans.detect(scan, { method: "threshold", ...options });

  function checkExactly(found: scans.Detection, wanted: readonly Bump[]): void {
    assert.equal(found.features.length, wanted.length);
    for (const { x, y, pm } of wanted) {
      const near = found.features.find(({ xNm, yNm }) => Math.hypot(xNm - x, yNm - y) < 0.15);
      assert.ok(near !== undefined, `nothing at ${x}, ${y}`);
      assert.ok(Math.abs(near.height * 1e12 - pm) < 30, `${near.height * 1e12} for ${pm} pm`);
    }
  }

  it("finds each feature and nothing else, with a step or without", () => {
    checkExactly(detect(surface(bumps)), bumps);
    checkExactly(detect(surface(bumps, { step: 140 })), bumps);
    for (const seed of [2, 3, 4]) assert.deepEqual(detect(surface([], { seed })).features, []);
  });

  it("looks only where something is measured", () => {
    const half = withHeights(surface(bumps), (value, i) => (i >= 160 * 80 ? NaN : value));
    checkExactly(
      detect(half),
      bumps.filter(({ y }) => y < 12),
    );
  });

  it("keeps to the polarity and the sizes asked for, and parts what touches", () => {
    const dark = detect(surface(bumps), { polarity: "dark" }).features;
    assert.deepEqual(new Set(dark.map(({ polarity }) => polarity)), new Set(["dark"]));
    assert.equal(detect(surface(bumps), { minAreaNm2: 5 }).features.length, 0);
    const pair = [
      { x: 10, y: 10, pm: 90 },
      { x: 10.9, y: 10, pm: 80 },
    ];
    assert.equal(detect(surface(pair)).features.length, 2);
    assert.equal(detect(surface(pair), { separationNm: 1.2 }).features.length, 1);
    assert.throws(() => detect(surface([]), { edge: 9 }), InputError);
  });
});

describe("scans/segment", () => {
  const scan = surface(bumps, { noise: 8 });
  const at = (x: number, y: number): number => Math.floor(y / 0.15) * 160 + Math.floor(x / 0.15);
  const near = ({ features }: scans.Detection, x: number, y: number): number =>
    features.filter(({ xNm, yNm }) => Math.hypot(xNm - x, yNm - y) < 0.5).length;

  it("is what is found where nobody clicks, with the chance of each pixel", () => {
    const [found, same] = [scans.detect(scan), scans.segment(scan, [])];
    assert.deepEqual(same.features, found.features);
    assert.deepEqual(same.mask, found.mask);
    for (const { x, y } of bumps) assert.ok(same.probability[at(x, y)] > 0.5);
    assert.ok(same.probability.every((p) => p >= 0 && p <= 1));
  });

  it("adds what is clicked on, and takes away what is called none", () => {
    const clicks = [
      { xNm: 16.1, yNm: 12.3, defect: true },
      { xNm: bumps[0].x, yNm: bumps[0].y, defect: false },
    ];
    const before = scans.detect(scan);
    const after = scans.segment(scan, clicks, { trust: 0 });
    assert.equal(near(before, 16.1, 12.3), 0);
    assert.equal(near(after, 16.1, 12.3), 1);
    assert.ok(after.mask[at(16.1, 12.3)] > 0);
    assert.equal(near(before, 4, 5), 1);
    assert.equal(near(after, 4, 5), 0);
    assert.equal(after.features.length, before.features.length);
    assert.deepEqual(scans.segment(scan, clicks, { trust: 0 }), after);
  });

  it("splits a feature that is clicked on twice", () => {
    const long = surface([
      { x: 10, y: 10, pm: 90 },
      { x: 10.55, y: 10, pm: 90 },
    ]);
    const clicks = [
      { xNm: 9.9, yNm: 10, defect: true },
      { xNm: 10.65, yNm: 10, defect: true },
    ];
    const [before, after] = [scans.detect(long), scans.segment(long, clicks)];
    assert.equal(near(before, 10.27, 10), 1);
    assert.equal(near(after, 10.27, 10), 2);
    assert.notEqual(after.mask[at(9.9, 10)], after.mask[at(10.65, 10)]);
  });

  it("learns from clicks what looks alike: all dark ones are none", () => {
    const many = [0, 1, 2, 3, 4].flatMap((n) => [
      { x: 3 + 4 * n, y: 5, pm: 80 },
      { x: 3 + 4 * n, y: 15, pm: -80 },
    ]);
    const crowded = surface(many);
    const clicks = [0, 1, 2].map((n) => ({ xNm: 3 + 4 * n, yNm: 15, defect: false }));
    const { probability } = scans.segment(crowded, clicks);
    const { probability: before } = scans.segment(crowded, []);
    const [bright, dark] = [at(19, 5), at(19, 15)];
    assert.ok(before[dark] > 0.5 && before[bright] > 0.5);
    const odds = (chance: number): number => chance / (1 - chance);
    assert.ok(
      odds(probability[dark]) < 0.75 * odds(before[dark]),
      `${probability[dark]} after ${before[dark]}`,
    );
    assert.ok(probability[bright] > before[bright] - 0.05);
  });

  it("takes what is said of a place for that place: outlines go as far as clicks say, sure features stay", () => {
    const [{ x, y }] = bumps;
    const before = scans.detect(scan);
    const feature = before.mask[at(x, y)];
    const columns = [...before.mask.keys()].filter((i) => before.mask[i] === feature && Math.floor(i / 160) === Math.floor(y / 0.15)).map((i) => i % 160); // prettier-ignore
    const [left, right] = [Math.min(...columns), Math.max(...columns)];
    const click = (column: number, defect: boolean): scans.Click => ({ xNm: 0.15 * (column + 0.5), yNm: y, defect }); // prettier-ignore
    const wider = scans.segment(scan, [click(right + 1, true)]);
    assert.ok(wider.mask[at(x, y)] > 0 && wider.mask[at(0.15 * (right + 1.5), y)] === wider.mask[at(x, y)]); // prettier-ignore
    const closer = scans.segment(scan, [click(left, false)]);
    assert.ok(closer.mask[at(x, y)] > 0 && closer.mask[at(0.15 * (left + 0.5), y)] === 0);
    const beside = scans.segment(scan, [click(left - 1, false)]);
    assert.deepEqual(beside.mask, before.mask);
    // Both at once: the feature stays, without the side that is none.
    const both = scans.segment(scan, [{ xNm: x, yNm: y, defect: true }, click(left, false)]);
    assert.ok(both.mask[at(x, y)] > 0 && both.mask[at(0.15 * (left + 0.5), y)] === 0);
  });

  it("learns nothing of the rest from clicks that say what was told anyway", () => {
    const before = scans.detect(scan);
    const after = scans.segment(scan, bumps.map(({ x, y }) => ({ xNm: x, yNm: y, defect: true }))); // prettier-ignore
    assert.deepEqual(new Set(after.mask), new Set(before.mask));
    const clicked = ({ xNm, yNm }: scans.Feature): boolean => bumps.some(({ x, y }) => Math.hypot(xNm - x, yNm - y) < 0.5); // prettier-ignore
    assert.deepEqual(after.features.filter((feature) => !clicked(feature)), before.features.filter((feature) => !clicked(feature))); // prettier-ignore
    assert.ok(after.features.filter(clicked).every(({ score }) => score === 1));
  });

  it("says what is wrong with clicks", () => {
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
