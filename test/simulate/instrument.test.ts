import assert from "node:assert/strict";
import { createRng, InputError, type Scan } from "../../src/core";
import * as scans from "../../src/scans";
import { scan, instruments, type InstrumentOptions, type ScanOptions } from "../../src/simulate";
import { createLoop, follow } from "../../src/simulate/instrument/feedback";
import { pinkNoise, vibration } from "../../src/simulate/instrument/noise";

const pm = ({ channels }: Scan, k = 0): Float64Array => channels[k].data.map((v) => v * 1e12);

const rms = (values: ArrayLike<number>): number => {
  const all = Array.from(values);
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  return Math.sqrt(all.reduce((a, b) => a + (b - mean) ** 2, 0) / all.length);
};

/** A scan with one effect of the instrument and no other. */
const withOnly = (instrument: InstrumentOptions, more: ScanOptions = {}): ReturnType<typeof scan> =>
  scan({
    seed: 3,
    pixels: 96,
    defects: { phosphine: 4 },
    ...more,
    instrument: { ...instruments.ideal, ...instrument },
  });

describe("simulate/instrument", () => {
  it("adds nothing when it is ideal, there and back", () => {
    const { clean, observed } = withOnly({});
    for (const k of [0, 1]) {
      const [true_, seen] = [pm(clean), pm(observed, k)];
      assert.ok(true_.every((value, i) => Math.abs(value - seen[i]) <= 0.0501));
    }
  });

  it("drifts as fast as it says, as an up and a down scan of the same place tell", () => {
    const drift = { driftNmPerMinute: [0.8, 0.8], lineSeconds: [0.2, 0.2] } as const;
    const options: ScanOptions = { pixels: 160, defects: { phosphine: 12 } };
    const down = withOnly(drift, options);
    const up = withOnly({ ...drift, scanDirection: "up", startSeconds: 64 }, options);
    const [vx, vy] = down.parameters.instrument.path.driftNmPerMinute;
    assert.ok(Math.abs(Math.hypot(vx, vy) - 0.8) < 1e-12);
    const found = scans.estimateDrift(down.observed, up.observed);
    for (const [name, mine, real] of [
      ["x", found.xNmPerMinute, vx],
      ["y", found.yNmPerMinute, vy],
    ] as const) {
      assert.ok(Math.abs(mine - real) < 0.06, `${name}: ${mine} for ${real} nm/min`);
    }
  });

  it("says where each defect is seen, not where it lies", () => {
    const drift = {
      driftNmPerMinute: [1, 1],
      lineSeconds: [0.3, 0.3],
      hysteresisPercent: [2, 2],
    } as const;
    const options: ScanOptions = { defects: { phosphine: 8 }, pixels: 128 };
    const bare = withOnly(drift, { ...options, defects: {} });
    const made = withOnly(drift, options);
    const still = withOnly({}, options);
    const without = pm(bare.clean);
    const change = pm(made.clean).map((value, i) => value - without[i]);
    let moved = 0;
    made.defects.forEach(({ x, y }, k) => {
      moved = Math.max(moved, Math.hypot(x - still.defects[k].x, y - still.defects[k].y));
      if (Math.min(x, y, 127 - x, 127 - y) < 5) return;
      let [sum, atX, atY] = [0, 0, 0];
      for (let row = Math.round(y) - 5; row <= Math.round(y) + 5; row++) {
        for (let column = Math.round(x) - 5; column <= Math.round(x) + 5; column++) {
          const weight = Math.max(0, change[row * 128 + column]);
          [sum, atX, atY] = [sum + weight, atX + weight * column, atY + weight * row];
        }
      }
      // Phosphine is off the middle of its row, by about a pixel.
      assert.ok(
        Math.hypot(atX / sum - x, atY / sum - y) < 2,
        `${atX / sum} ${atY / sum} for ${x} ${y}`,
      );
    });
    assert.ok(moved > 4, `moved by ${moved} pixels at most`);
  });

  it("bows trace and retrace against each other by the hysteresis that it says", () => {
    const { observed } = withOnly(
      { hysteresisPercent: [1, 1] },
      { pixels: 160, defects: { phosphine: 10 } },
    );
    const pixels = scans.estimateHysteresis(observed) / 0.12;
    assert.ok(Math.abs(pixels - 0.01 * 160) < 0.2, `${pixels} for 1.6 pixels`);
  });

  it("follows a step as a loop of its bandwidth does", () => {
    // With an amplifier far faster than the controller the loop is of first order: tau = 1 / (2 pi f).
    const loop = createLoop({ feedbackHz: 500, proportional: 0, amplifierHz: 1e6 }, 1e-4, 0);
    const tips = new Float64Array(20).fill(100);
    follow(loop, tips, new Float64Array(20));
    tips.forEach((tip, i) => {
      const wanted = 100 * (1 - Math.exp(-2 * Math.PI * 500 * 1e-4 * (i + 1)));
      assert.ok(Math.abs(tip - wanted) < 0.1, `step ${i + 1}`);
    });
    // With an amplifier as slow as the controller it is of second order, with damping 1/2: overshoot exp(-pi/sqrt(3)).
    const slow = createLoop({ feedbackHz: 500, proportional: 0, amplifierHz: 500 }, 1e-5, 0);
    const [rung, seen] = [new Float64Array(400).fill(100), new Float64Array(400)];
    // In two parts: it goes on where it was.
    follow(slow, rung.subarray(0, 150), seen.subarray(0, 150));
    follow(slow, rung.subarray(150), seen.subarray(150));
    const highest = Math.max(...rung);
    assert.ok(
      Math.abs(highest - 100 * (1 + Math.exp(-Math.PI / Math.sqrt(3)))) < 0.05,
      `${highest}`,
    );
    assert.ok(Math.abs(seen[399]) < 1);
  });

  it("shows in the current where the loop lags, around the setpoint", () => {
    const { observed } = withOnly({
      feedbackHz: [400, 400],
      setpointPa: [100, 100],
      lineSeconds: [0.04, 0.04],
    });
    const { observed: ideal } = withOnly({});
    assert.deepEqual(observed.channels.map(({ name, direction }) => `${name} ${direction}`), ["Z forward", "Z backward", "Current forward", "Current backward"]); // prettier-ignore
    const current = pm(observed, 2);
    const middle = current.slice().sort()[current.length >> 1];
    assert.ok(Math.abs(middle - 100) < 5, `${middle} pA`);
    assert.ok(rms(current) > 1);
    for (const k of [0, 1]) {
      const right = pm(ideal, k);
      assert.ok(rms(pm(observed, k).map((value, i) => value - right[i])) > 1);
    }
  });

  it("makes white noise, hum, tilt and scars as strong as it says", () => {
    const still = pm(withOnly({}).observed);
    const added = (instrument: InstrumentOptions): Float64Array =>
      pm(withOnly(instrument).observed).map((value, i) => value - still[i]);
    assert.ok(Math.abs(rms(added({ noisePm: [5, 5] })) - 5) < 0.15);
    const hum = Math.SQRT1_2 * Math.sqrt(1 + 0.09 + 0.0225) * 6;
    assert.ok(Math.abs(rms(added({ mainsPm: [6, 6] })) - hum) < 0.2);
    const tilt = added({ tiltDegrees: [1, 1] });
    const perPixel = Math.tan(Math.PI / 180) * 120;
    assert.ok(Math.abs(tilt[95] - tilt[0] - 95 * perPixel) < 0.2);
    assert.ok(Math.abs(tilt[95 * 96] - tilt[0] - 95 * perPixel) < 0.2);
    const scars = added({ scars: [10, 10], scarPm: [80, 80] });
    const marked = scars.filter((value) => Math.abs(value) > 1);
    assert.ok(marked.length > 40 && marked.length < 2000, `${marked.length} pixels`);
    assert.ok(marked.every((value) => Math.abs(value) > 79));
    assert.ok(added({ glitches: [20, 20] }).some((value) => Math.abs(value) > 49));
    assert.ok(rms(added({ lineWalkPm: [5, 5] })) > 5);
  });

  it("makes noise whose power falls with frequency by its exponent", () => {
    for (const exponent of [0.8, 1, 1.4]) {
      const values = new Float64Array(1 << 17);
      const fill = pinkNoise(1, exponent, 1024, createRng(5));
      // In parts of any length.
      for (const [from, to] of [[0, 1000], [1000, 1000], [1000, values.length]]) fill(values.subarray(from, to)); // prettier-ignore
      // Deviation of differences of block means: each doubling of the block moves it by 2^((exponent - 1) / 2).
      const deviation = (block: number): number => {
        const means: number[] = [];
        for (let at = 0; at + block <= values.length; at += block) {
          means.push(values.subarray(at, at + block).reduce((a, b) => a + b, 0) / block);
        }
        return Math.sqrt(means.slice(1).reduce((sum, m, i) => sum + (m - means[i]) ** 2, 0) / means.length); // prettier-ignore
      };
      const slope = Math.log2(deviation(512) / deviation(8)) / 6;
      assert.ok(Math.abs(slope - (exponent - 1) / 2) < 0.06, `${slope} for exponent ${exponent}`);
    }
  });

  it("makes vibrations as strong as it says, at their frequency", () => {
    const values = new Float64Array(60_000);
    const fill = vibration(3, 20, 1e-3, createRng(2));
    for (let at = 0; at < values.length; at += 7500) fill(values.subarray(at, at + 7500));
    assert.ok(Math.abs(rms(values) - 3) < 0.5, `${rms(values)} pm`);
    let crossings = 0;
    for (let i = 1; i < values.length; i++) if (values[i - 1] < 0 !== values[i] < 0) crossings++;
    assert.ok(Math.abs(crossings / 2 / 60 - 20) < 1.5, `${crossings / 120} Hz`);
  });

  it("leaves lines out that were never taken, from the top or the bottom", () => {
    for (const scanDirection of ["down", "up"] as const) {
      const { observed, clean } = withOnly({ finished: [0.5, 0.5], scanDirection });
      assert.equal(observed.completedRows, 48);
      const z = pm(observed);
      const [first, last] = [Number.isNaN(z[0]), Number.isNaN(z[z.length - 1])];
      assert.deepEqual([first, last], scanDirection === "down" ? [false, true] : [true, false]);
      assert.equal(z.filter((value) => Number.isNaN(value)).length, 48 * 96);
      assert.ok(pm(clean).every((value, i) => Number.isNaN(value) === Number.isNaN(z[i])));
    }
  });

  it("gives the same bytes for the same seed with everything on, and others for another", () => {
    const bytes = (seed: number): string =>
      JSON.stringify(scan({ seed, pixels: 64, instrument: instruments.poor, defects: { phosphine: 3 } }).observed.channels.map(({ data }) => Array.from(data))); // prettier-ignore
    assert.equal(bytes(4), bytes(4));
    assert.notEqual(bytes(4), bytes(5));
  });

  it("says which number is out of range", () => {
    const wrong: InstrumentOptions[] = [
      { driftNmPerMinute: [0, 50] },
      { settleNm: [-1, 0] },
      { creepPercent: [0, 90] },
      { hysteresisPercent: [5, 1] },
      { feedbackHz: [0, 100] },
      { proportional: [0, 2] },
      { pinkExponent: [0, 9] },
      { mainsHz: 55 as 50 },
      { scars: [0, 1e6] },
      { finished: [0, 2] },
      { lineSeconds: [0, 1] },
      { heightStepPm: 0 },
      { scanDirection: "left" as "up" },
      { tipChanges: -1 },
    ];
    for (const instrument of wrong) {
      assert.throws(() => scan({ pixels: 32, defects: {}, instrument }), (error) => error instanceof InputError && error.message.includes(Object.keys(instrument)[0])); // prettier-ignore
    }
  });
});
