import assert from "node:assert/strict";
import { createRng, InputError, type Channel, type Scan } from "../../src/core";
import * as scans from "../../src/scans";

const [width, height, nm] = [128, 128, 0.2];
const half = (width * nm) / 2;

/** A smooth surface that never repeats, in pm, at a place in nm. */
const hills = ((): ((x: number, y: number) => number) => {
  const rng = createRng(11);
  const all = Array.from({ length: 400 }, () => ({
    x: 50 * rng.uniform() - 12,
    y: 50 * rng.uniform() - 12,
    size: 0.5 + 0.5 * rng.uniform(),
    tall: 60 * rng.normal(),
  }));
  return (x, y) =>
    all.reduce((sum, hill) => {
      const squared = ((x - hill.x) ** 2 + (y - hill.y) ** 2) / hill.size ** 2;
      return squared > 30 ? sum : sum + hill.tall * Math.exp(-squared / 2);
    }, 0);
})();

interface Made {
  readonly direction?: "up" | "down";
  /** Height in pm of a pixel recorded at a time, from column, row, seconds since the first row. */
  readonly at: (x: number, y: number, seconds: number, retrace: boolean) => number;
  readonly retrace?: boolean;
}

const lineSeconds = 0.25;

function scanOf({ direction = "down", at, retrace = false }: Made): Scan {
  const order = (y: number): number => (direction === "up" ? height - 1 - y : y);
  const channel = (back: boolean): Channel => ({
    name: "Z",
    unit: "m",
    direction: back ? "backward" : "forward",
    data: Float64Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      const along = ((back ? width - 1 - x : x) / width) * lineSeconds + (back ? lineSeconds : 0);
      return at(x, y, order(y) * 2 * lineSeconds + along, back) * 1e-12;
    }),
  });
  return {
    name: "made",
    channels: [channel(false), ...(retrace ? [channel(true)] : [])],
    width,
    height,
    sizeMetres: [2 * half * 1e-9, 2 * half * 1e-9],
    completedRows: height,
    scanDirection: direction,
    lineSeconds,
    metadata: {},
    history: [],
  };
}

const rms = (values: ArrayLike<number>): number => {
  const known = Array.from(values).filter(Number.isFinite);
  return Math.sqrt(known.reduce((sum, v) => sum + v * v, 0) / known.length) * 1e12;
};

const difference = (a: Scan, b: Scan, channel = 0): number =>
  rms(a.channels[channel].data.map((value, i) => value - b.channels[channel].data[i]));

describe("scans/drift", () => {
  const drift = { x: 0.9, y: -0.6 };
  /** A pair, the second begun where the first has ended. */
  const pair = (["up", "down"] as const).map((direction, k) => {
    const start = k * height * 2 * lineSeconds;
    return scanOf({
      direction,
      at: (x, y, seconds) => {
        const minutes = (start + Math.floor(seconds / (2 * lineSeconds)) * 2 * lineSeconds) / 60;
        return hills(x * nm - drift.x * minutes, y * nm - drift.y * minutes);
      },
    });
  });

  it("is found from a pair of scans, up and down", () => {
    const found = scans.estimateDrift(pair[0], pair[1]);
    assert.ok(Math.abs(found.xNmPerMinute - drift.x) < 0.05, `${found.xNmPerMinute}`);
    assert.ok(Math.abs(found.yNmPerMinute - drift.y) < 0.05, `${found.yNmPerMinute}`);
  });

  it("is taken off, so that each scan shows the surface as it was at its first row", () => {
    for (const [k, scan] of pair.entries()) {
      const minutes = (k * height * 2 * lineSeconds) / 60;
      const still = scanOf({
        at: (x, y) => hills(x * nm - drift.x * minutes, y * nm - drift.y * minutes),
      });
      const corrected = scans.correctDrift(scan, { xNmPerMinute: drift.x, yNmPerMinute: drift.y });
      const [before, after] = [difference(scan, still), difference(corrected, still)];
      assert.ok(after < 1 && before > 10, `${before} pm before, ${after} pm after`);
    }
  });

  it("says what it cannot do", () => {
    assert.throws(() => scans.estimateDrift(pair[0], pair[0]), /upwards and downwards/);
    assert.throws(
      () => scans.correctDrift(pair[0], { yNmPerMinute: -1e5 }),
      /slower than the scan/,
    );
    const timeless = { ...pair[0], lineSeconds: 0 };
    assert.throws(() => scans.correctDrift(timeless, { xNmPerMinute: 1 }), /lineSeconds above 0/);
  });
});

describe("scans/hysteresis", function () {
  this.timeout(60_000);

  it("is found between trace and retrace, and taken off", () => {
    const wanted = 0.7;
    const bend = (x: number): number => ((wanted / 2) * Math.sin((Math.PI * x) / (width - 1))) / nm;
    // What lies at x is shown at x + bend(x) by the trace: looked up backwards to first order and once again.
    const shown = (x: number, sign: number): number => {
      let at = x;
      for (let round = 0; round < 20; round++) at = x - sign * bend(at);
      return at;
    };
    const scan = scanOf({
      retrace: true,
      at: (x, y, _, back) => hills(shown(x, back ? -1 : 1) * nm, y * nm),
    });
    const found = scans.estimateHysteresis(scan);
    assert.ok(Math.abs(found - wanted) < 0.04, `${found}`);
    const corrected = scans.correctHysteresis(scan, { nm: found });
    const straight = scanOf({ retrace: true, at: (x, y) => hills(x * nm, y * nm) });
    for (const channel of [0, 1]) {
      const after = difference(corrected, straight, channel);
      assert.ok(after < 1 && difference(scan, straight, channel) > 5, `${after} pm`);
    }
    assert.throws(
      () => scans.estimateHysteresis({ ...scan, channels: [scan.channels[0]] }),
      /trace and retrace/,
    );
  });
});

describe("scans/waves and stripes", () => {
  const clean = scanOf({ retrace: true, at: (x, y) => hills(x * nm, y * nm) });

  it("takes mains hum off trace and retrace, with its multiples, though the mains are not quite on time", () => {
    const hum = (t: number): number =>
      20 * Math.sin(2 * Math.PI * 50.03 * t + 1) + 6 * Math.cos(2 * Math.PI * 100.06 * t);
    const scan = scanOf({ retrace: true, at: (x, y, t) => hills(x * nm, y * nm) + hum(t) });
    const cleaned = scans.removeMains(scan);
    for (const channel of [0, 1]) {
      assert.ok(difference(scan, clean, channel) > 14);
      const after = difference(cleaned, clean, channel);
      assert.ok(after < 3, `${after} pm`);
    }
  });

  it("takes a wave off by a notch, and leaves the rest", () => {
    const wave = (x: number, y: number): number =>
      15 * Math.cos(2 * Math.PI * (1.25 * x * nm + 0.625 * y * nm));
    const scan = scanOf({ at: (x, y) => hills(x * nm, y * nm) + wave(x, y) });
    const plain = { ...clean, channels: [clean.channels[0]] };
    const cleaned = scans.fourierNotch(scan, { perNmX: [1.25], perNmY: [0.625] });
    assert.ok(difference(scan, plain) > 10);
    assert.ok(difference(cleaned, plain) < 1.5, `${difference(cleaned, plain)} pm`);
    assert.throws(() => scans.fourierNotch(scan, { perNmX: [9], perNmY: [0] }), /at most 2.5/);
    assert.throws(() => scans.fourierNotch(scan, { perNmX: [], perNmY: [] }), InputError);
  });

  it("damps stripes, and keeps what is no stripe", () => {
    const rng = createRng(4);
    const offsets = Array.from({ length: height }, () => 25 * rng.normal());
    const scan = scanOf({ at: (x, y) => hills(x * nm, y * nm) + offsets[y] });
    const plain = { ...clean, channels: [clean.channels[0]] };
    const after = difference(scans.destripe(scan), plain);
    assert.ok(after < 0.5 * difference(scan, plain), `${after} pm`);
    assert.ok(difference(scans.destripe(plain), plain) < 0.35 * rms(plain.channels[0].data));
  });

  it("can all be repeated from the history", () => {
    const scan = scanOf({ retrace: true, at: (x, y, t) => hills(x * nm, y * nm) + t });
    const done = [
      (s: Scan) => scans.removeMains(s, { harmonics: 1 }),
      (s: Scan) => scans.fourierNotch(s, { perNmX: [1], perNmY: [0] }),
      (s: Scan) => scans.destripe(s),
      (s: Scan) => scans.correctHysteresis(s, { nm: 0.3 }),
      (s: Scan) => scans.correctDrift(s, { xNmPerMinute: 0.2 }),
    ].reduce((s, step) => step(s), scan);
    assert.equal(done.history.length, 5);
    assert.deepEqual(scans.apply(scan, done.history), done);
  });
});
