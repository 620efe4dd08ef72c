import assert from "node:assert/strict";
import { createRng, InputError, type Scan } from "../../src/core";
import * as scans from "../../src/scans";
import { gwyddionScan } from "../fixtures/gwyddionScan";

/** Heights in pm from a function of column and row, 0.2 nm a pixel. */
export function scanOf(width: number, height: number, at: (x: number, y: number) => number): Scan {
  const data = Float64Array.from(
    { length: width * height },
    (_, i) => at(i % width, Math.floor(i / width)) * 1e-12,
  );
  return {
    name: "made",
    channels: [{ name: "Z", unit: "m", direction: "forward", data }],
    width,
    height,
    sizeMetres: [width * 2e-10, height * 2e-10],
    completedRows: height,
    scanDirection: "down",
    metadata: {},
    history: [],
  };
}

const of = ({ channels }: Scan, i = 0): Float64Array => channels[i].data;

function medianOf(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

describe("scans/level", () => {
  it("keeps the height of steps on terraces to 1 %, where a plane spoils it", () => {
    const rng = createRng(3);
    const terrace = (x: number, y: number): number =>
      x + 0.5 * y < 60 ? 0 : x + 0.5 * y < 130 ? 1 : 2;
    const scan = scanOf(160, 120, (x, y) => {
      const atoms = 10 * Math.cos((2 * Math.PI * x) / 3.8) * Math.cos((2 * Math.PI * y) / 7.6);
      return 136 * terrace(x, y) + 3 * x - 2 * y + atoms + 8 * rng.normal();
    });
    const steps = (levelled: Scan): number[] => {
      const data = of(levelled);
      const heights = [0, 1, 2].map((t) =>
        medianOf(
          [...data.keys()]
            .filter((i) => terrace(i % 160, Math.floor(i / 160)) === t)
            .map((i) => data[i] * 1e12),
        ),
      );
      return [heights[1] - heights[0], heights[2] - heights[1]];
    };
    for (const step of steps(scans.level(scan, { method: "terraces" })))
      assert.ok(Math.abs(step - 136) < 1.4, `${step} pm`);
    for (const step of steps(scans.level(scan))) assert.ok(Math.abs(step - 136) > 30, `${step} pm`);
  });

  it("leaves what is not measured alone, and takes the rest as if it were not there", () => {
    const plane = scanOf(20, 16, (x, y) => 3 * x - 7 * y);
    const data = of(plane).map((value, i) => (i >= 20 * 11 ? NaN : value));
    const unfinished = { ...plane, channels: [{ ...plane.channels[0], data }], completedRows: 11 };
    const methods = ["plane", "polynomial", "facets", "terraces"] as const;
    for (const method of methods) {
      const levelled = of(scans.level(unfinished, { method }));
      const known = levelled.slice(0, 20 * 11);
      const spread = Math.max(...known) - Math.min(...known);
      assert.ok(spread < 1e-20, `${method}: ${spread}`);
      assert.ok(levelled.slice(20 * 11).every(Number.isNaN), method);
    }
  });

  it("leaves out what a mask channel marks", () => {
    const scan = scanOf(24, 24, (x, y) => 2 * x + y + (x > 17 && y > 17 ? 500 : 0));
    const mask = of(scan).map((_, i) => (i % 24 > 17 && i >= 18 * 24 ? 1 : 0));
    const marked: Scan = {
      ...scan,
      channels: [...scan.channels, { name: "mask", unit: "", direction: "forward", data: mask }],
    };
    const levelled = of(scans.level(marked, { exclude: "mask" })).filter((_, i) => mask[i] === 0);
    assert.ok(Math.max(...levelled) - Math.min(...levelled) < 1e-21);
  });

  it("says what is wrong with options and channels", () => {
    const scan = gwyddionScan();
    assert.throws(() => scans.level(scan, { channel: "Current" }), /"Z forward"/);
    assert.throws(() => scans.level(scan, { methd: "plane" } as object), /Did you mean "method"/);
    assert.throws(() => scans.level(scan, { method: "flat" as "plane" }), InputError);
    const volts = { ...scan, channels: [{ ...scan.channels[0], unit: "V" }] };
    assert.throws(() => scans.level(volts, { method: "facets" }), /slopes are angles/);
  });
});

describe("scans/alignRows", () => {
  it("takes the offset of each row away, whatever the method", () => {
    const rng = createRng(5);
    const surface = (x: number, y: number): number => 20 * Math.sin(x / 3) * Math.cos(y / 5);
    const offsets = Array.from({ length: 40 }, () => 80 * rng.normal());
    const scan = scanOf(90, 40, (x, y) => surface(x, y) + offsets[y] + rng.normal());
    for (const method of scans.rowMethods) {
      const aligned = of(scans.alignRows(scan, { method, degree: 0 }));
      let sum = 0;
      for (let i = 90; i < aligned.length; i++) {
        const change =
          surface(i % 90, Math.floor(i / 90)) - surface(i % 90, Math.floor(i / 90) - 1);
        sum += Math.abs((aligned[i] - aligned[i - 90]) * 1e12 - change);
      }
      // Without alignment it is 90; the modus of a wave is a rough guess.
      assert.ok(sum / (aligned.length - 90) < 20, `${method}: ${sum / (aligned.length - 90)}`);
    }
  });
});

describe("scans/despike, scars and contrast", () => {
  it("puts the neighbourhood in place of single spikes, and changes nothing else", () => {
    const rng = createRng(6);
    const scan = scanOf(40, 30, (x) => 10 * Math.sin(x / 4) + rng.normal());
    const data = of(scan).slice();
    data[500] += 9e-10;
    data[701] = NaN;
    const spiked = { ...scan, channels: [{ ...scan.channels[0], data }] };
    const cleaned = of(scans.despike(spiked));
    assert.ok(Math.abs(cleaned[500] - of(scan)[500]) < 1e-11);
    assert.ok(Number.isNaN(cleaned[701]));
    const changed = cleaned.filter((value, i) => value !== data[i] && !Number.isNaN(value)).length;
    assert.equal(changed, 1);
  });

  it("marks a scar as a channel that other steps can leave out", () => {
    const rng = createRng(8);
    const scan = scanOf(64, 32, (x, y) => rng.normal() + (y === 12 && x > 20 && x < 50 ? 60 : 0));
    const marked = scans.markScars(scan);
    const scars = of(marked, 1);
    for (let x = 22; x < 49; x++) assert.equal(scars[12 * 64 + x], 1);
    assert.ok(scars.reduce((a, b) => a + b) < 40);
    const removed = of(scans.removeScars(marked, { mask: "scars" }));
    assert.ok(Math.abs(removed[12 * 64 + 35]) < 4e-12);
    assert.equal(removed[0], of(scan)[0]);
  });

  it("finds the limits of a picture by quantiles", () => {
    const scan = scanOf(100, 10, (x, y) => (x === 0 && y === 0 ? 1e9 : x));
    const [low, high] = scans.contrast(scan, { low: 0.1, high: 0.1 });
    assert.ok(Math.abs(low * 1e12 - 10) < 1 && Math.abs(high * 1e12 - 89.5) < 1.5);
    const empty = { ...scan, channels: [{ ...scan.channels[0], data: of(scan).fill(NaN) }] };
    assert.throws(() => scans.contrast(empty), /without any measured value/);
  });
});

describe("scans/resample", () => {
  it("keeps a slope and the mean, both ways, and squares the pixels", () => {
    const scan = { ...scanOf(60, 40, (x, y) => 2 * x + 5 * y), sizeMetres: [12e-9, 4e-9] as const };
    for (const nmPerPixel of [0.05, 0.1, 0.4]) {
      const { width, height, channels } = scans.resample(scan, { nmPerPixel });
      assert.equal(width, Math.round(12 / nmPerPixel));
      assert.equal(height, Math.round(4 / nmPerPixel));
      const inner = (x: number, y: number): number => channels[0].data[y * width + x] * 1e12;
      const [x, y] = [Math.floor(width / 2), Math.floor(height / 2)];
      const wanted = 2 * (((x + 0.5) * 60) / width - 0.5) + 5 * (((y + 0.5) * 40) / height - 0.5);
      assert.ok(Math.abs(inner(x, y) - wanted) < 1e-9, `${inner(x, y)} for ${wanted}`);
    }
  });

  it("refuses sizes that are a slip of the unit", () => {
    assert.throws(() => scans.resample(gwyddionScan(), { nmPerPixel: 2e-10 }), /in nanometres/);
    assert.throws(() => scans.resample(gwyddionScan(), { nmPerPixel: 0 }), InputError);
  });
});

describe("scans/apply", () => {
  it("repeats every step of a history on another scan", () => {
    const steps: ((scan: Scan) => Scan)[] = [
      (scan) => scans.level(scan, { method: "facets" }),
      (scan) => scans.markScars(scan, { minLengthPixels: 12 }),
      (scan) => scans.removeScars(scan, { mask: "scars" }),
      (scan) => scans.alignRows(scan, { method: "trimmed mean", trim: 0.1 }),
      (scan) => scans.despike(scan, { threshold: 5 }),
      (scan) => scans.resample(scan, { nmPerPixel: 0.31 }),
    ];
    const first = steps.reduce((scan, step) => step(scan), gwyddionScan());
    assert.equal(first.history.length, steps.length);
    assert.deepEqual(scans.apply(gwyddionScan(), first.history), first);
  });

  it("passes over what others wrote, and tells steps that it does not know", () => {
    const scan = gwyddionScan();
    assert.equal(scans.apply(scan, ["read from a file"]), scan);
    assert.throws(() => scans.apply(scan, ['levl {"method":"plane"}']), /Did you mean "level"/);
    assert.throws(() => scans.apply(scan, ["level {method}"]), /options as JSON/);
  });
});
