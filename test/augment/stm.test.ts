import assert from "node:assert/strict";
import { createRng, InputError, tf, type Augmentation } from "../../src/core";
import * as augment from "../../src/augment";
import { apply, distance, image, moments, randomBatch, repeated, type Batch } from "./images";

const { stm } = augment;

/** Each with settings that change nearly every image. */
const legal: Record<string, Augmentation> = {
  driftWarp: stm.driftWarp(),
  shear: stm.shear({ degrees: 10 }),
  frame: stm.frame(),
  feedbackLag: stm.feedbackLag(),
  tipBlur: stm.tipBlur({ probability: 0.9 }),
  ghostTip: stm.ghostTip({ probability: 0.9 }),
  lineOffsets: stm.lineOffsets(),
  noise: stm.noise(),
  scars: stm.scars({ freeNm: 0.2 }),
  mains: stm.mains(),
  tilt: stm.tilt(),
  zGain: stm.zGain(),
  traceRetrace: stm.traceRetrace(),
  latticeTurns: stm.latticeTurns(),
  latticeMirrors: stm.latticeMirrors(),
  views: stm.views({ pairs: [[0, 1]] }),
};
const destroying: Record<string, Augmentation> = {
  zInversion: stm.destroying.zInversion(),
  strongGhost: stm.destroying.strongGhost(),
  wideBlur: stm.destroying.wideBlur(),
  largeZoom: stm.destroying.largeZoom(),
  rescalePatch: stm.destroying.rescalePatch(),
};

/** A flat image with one value of 100 in its middle. */
function peak(size: number, channels = 1): Batch {
  const values = new Float32Array(size * size * channels);
  const middle = (size - 1) / 2;
  values.fill(100, (middle * size + middle) * channels, (middle * size + middle + 1) * channels);
  return { values, shape: [1, size, size, channels] };
}

/** A flat image at height 0. */
function flat(count: number, size: number, channels = 1): Batch {
  return {
    values: new Float32Array(count * size * size * channels),
    shape: [count, size, size, channels],
  };
}

describe("augment.stm, each one", () => {
  for (const [name, change] of Object.entries({ ...legal, ...destroying })) {
    const heights = (count: number): Batch => randomBatch([count, 10, 12, 2], -300, 200);
    const batch = (count: number): Batch =>
      name === "latticeTurns" ? randomBatch([count, 10, 10, 2], -300, 200) : heights(count);

    it(`${name} gives the same bytes for the same seed, keeps shape and input, and leaks no tensor`, () => {
      const images = batch(5);
      const before = images.values.slice();
      const first = apply(change, images, createRng(3).fork("a"));
      assert.deepEqual(apply(change, images, createRng(3).fork("a")).values, first.values);
      assert.deepEqual(images.values, before);
      assert.deepEqual(first.shape, images.shape);
      assert.ok(first.values.every(Number.isFinite));
      assert.ok(distance(first.values, before) > 0.1);
      const tensor = tf.tensor4d(before, [...images.shape]);
      const { numTensors } = tf.memory();
      const changed = change(tensor, createRng(1));
      assert.equal(tf.memory().numTensors, numTensors + 1);
      tf.dispose([tensor, changed]);
    });
  }

  for (const [name, change] of Object.entries(legal)) {
    it(`${name} draws for each image anew, and others for another seed`, () => {
      const many = repeated(24, randomBatch([1, 10, 10, 2], -300, 200));
      const changed = apply(change, many);
      const kinds = new Set(Array.from({ length: 24 }, (_, i) => image(changed, i).join()));
      assert.ok(kinds.size >= 2, `${kinds.size} different results of 24`);
      const other = apply(change, many, createRng(9).fork("test"));
      assert.notDeepEqual(other.values, changed.values);
    });

    it(`${name} keeps heights far from zero, in 1 and in 5 channels`, () => {
      for (const channels of name === "traceRetrace" || name === "views" ? [2, 5] : [1, 5]) {
        const batch = randomBatch([4, 10, 10, channels], 9700, 10200);
        const { mean, deviation } = moments(apply(change, batch).values);
        assert.ok(Math.abs(mean - 9950) < 120, `mean ${mean} of heights around 9950`);
        assert.ok(
          deviation > 30 && deviation < 300,
          `spread ${deviation} of heights spread by 144`,
        );
      }
    });
  }

  it("refuses a set whose values are not in pm unless it is told what they are", () => {
    const { forSet } = stm.views();
    assert.throws(() => forSet?.({ unit: "standard deviations" }), { name: "InputError", message: /pmPerUnit/ }); // prettier-ignore
    for (const unit of ["pm", "", undefined]) assert.ok(forSet?.(unit === undefined ? {} : { unit })); // prettier-ignore
    assert.ok(stm.views({ pmPerUnit: 30 }).forSet?.({ unit: "standard deviations" }));
  });

  it("refuse options out of range with a sentence that names the option", () => {
    const wrong: [string, () => Augmentation][] = [
      ["nmPerPixel", () => stm.driftWarp({ nmPerPixel: 0 })],
      ["driftNmPerMinute", () => stm.driftWarp({ driftNmPerMinute: -1 })],
      ["lineSeconds", () => stm.driftWarp({ lineSeconds: 0 })],
      ["creepNm", () => stm.driftWarp({ creepNm: NaN })],
      ["degrees", () => stm.shear({ degrees: 60 })],
      ["shiftNm", () => stm.frame({ shiftNm: -1 })],
      ["calibration", () => stm.frame({ calibration: 1 })],
      ["lagNm", () => stm.feedbackLag({ lagNm: [1, 0] })],
      ["direction", () => stm.feedbackLag({ direction: "up" as "left" })],
      ["sigmaNm", () => stm.tipBlur({ sigmaNm: -1 })],
      ["weight", () => stm.ghostTip({ weight: -0.1 })],
      ["pmPerUnit", () => stm.ghostTip({ pmPerUnit: -1 })],
      ["sigmaPm", () => stm.lineOffsets({ sigmaPm: -1 })],
      ["exponent", () => stm.noise({ exponent: 3 })],
      ["most", () => stm.scars({ most: 1.5 })],
      ["hertz", () => stm.mains({ hertz: 0 })],
      ["degrees", () => stm.tilt({ degrees: 50 })],
      ["factor", () => stm.zGain({ factor: 0.5 })],
      ["pairs", () => stm.traceRetrace({ pairs: [[0, -1]] })],
      ["pairs", () => stm.traceRetrace({ pairs: "both" as unknown as [] })],
      ["surface", () => stm.latticeMirrors({ surface: "Si(100)" as "Ge(001)" })],
      ["Leave", () => stm.latticeTurns({ surface: "TiO2(110)-1x1", quarter: true })],
      ["strength", () => stm.views({ strength: 5 })],
      ["noise", () => stm.views({ without: ["nois" as "noise"] })],
      ["without", () => stm.views({ without: "noise" as unknown as [] })],
    ];
    for (const [option, make] of wrong) {
      assert.throws(
        make,
        (error: Error) => error instanceof InputError && error.message.includes(option),
        option,
      );
    }
    assert.throws(() => apply(stm.traceRetrace(), flat(1, 4)), /channels from 0 to 0/);
  });

  it("change nothing, bit by bit, at strength 0 and without turns", () => {
    const batch = randomBatch([3, 9, 9, 2], -300, 200);
    const idle = stm.views({ strength: 0, without: ["latticeTurns", "latticeMirrors"] });
    assert.ok(distance(apply(idle, batch).values, batch.values) < 1e-3);
  });
});

describe("augment.stm, what each one does", () => {
  it("driftWarp leans a straight column by the drift of each line, and leaves the middle line", () => {
    const size = 33;
    const ramp = flat(40, size);
    // Heights count columns, so that a changed value is a way across.
    ramp.values.forEach((_, i) => (ramp.values[i] = i % size));
    // 0.6 nm a minute and 2 s for a line: at most 0.02 nm, or 0.2 pixels of 0.1 nm, from line to line.
    const drift = stm.driftWarp({
      driftNmPerMinute: 0.6,
      lineSeconds: 2,
      creepNm: 0,
      nmPerPixel: 0.1,
    });
    const changed = apply(drift, ramp);
    let fastest = 0;
    for (let i = 0; i < 40; i++) {
      const at = (row: number): number => image(changed, i)[row * size + 16];
      assert.ok(Math.abs(at(16) - 16) < 1e-4);
      const perLine = (at(26) - at(6)) / 20;
      assert.ok(Math.abs(at(21) - at(16) - 5 * perLine) < 1e-3);
      fastest = Math.max(fastest, Math.abs(perLine));
    }
    assert.ok(fastest > 0.15 && fastest <= 0.2001, `fastest ${fastest} pixels a line`);
  });

  it("driftWarp bows a straight column by creep, at most as far as told, most in the first lines", () => {
    const size = 33;
    const ramp = flat(60, size);
    ramp.values.forEach((_, i) => (ramp.values[i] = i % size));
    const creep = stm.driftWarp({ driftNmPerMinute: 0, creepNm: 0.3, nmPerPixel: 0.1 });
    const changed = apply(creep, ramp);
    let largest = 0;
    for (let i = 0; i < 60; i++) {
      const at = (row: number): number => image(changed, i)[row * size + 16];
      const ends = [at(0), at(32)];
      assert.ok(Math.abs(ends[0] - ends[1]) < 1e-3, "a bow ends where it begins");
      const bows = Array.from({ length: size }, (_, row) => Math.abs(at(row) - ends[0]));
      const most = bows.indexOf(Math.max(...bows));
      if (bows[most] > 0.1) assert.ok(most !== 16, "the bow is not symmetric in time");
      largest = Math.max(largest, bows[most]);
    }
    assert.ok(largest > 2 && largest <= 3.001, `largest bow ${largest} pixels`);
  });

  it("feedbackLag turns a step into an exponential behind the tip, the other way in the retrace", () => {
    const size = 40;
    const step = flat(1, size, 2);
    step.values.forEach((_, i) => (step.values[i] = (i >> 1) % size >= 20 ? 1 : 0));
    const lag = stm.feedbackLag({ lagNm: 0.2, nmPerPixel: 0.1, direction: "right", retrace: [1] });
    const line = apply(lag, step).values.subarray(0, 2 * size);
    for (let n = 0; n < 8; n++) {
      const answer = 1 - Math.exp(-(n + 1) / 2);
      assert.ok(Math.abs(line[2 * (20 + n)] - answer) < 1e-5);
      assert.ok(Math.abs(line[2 * (19 - n) + 1] - (1 - answer)) < 1e-5);
      assert.ok(line[2 * (19 - n)] === 0 && Math.abs(line[2 * (20 + n) + 1] - 1) < 1e-5);
    }
  });

  it("tipBlur widens a peak to the standard deviation given in nm, and keeps its volume", () => {
    const size = 31;
    const blurred = apply(
      stm.tipBlur({ sigmaNm: 0.2, nmPerPixel: 0.1, probability: 1 }),
      peak(size),
    );
    let [sum, square] = [0, 0];
    blurred.values.forEach((value, i) => {
      sum += value;
      square += value * ((i % size) - 15) ** 2;
    });
    assert.ok(Math.abs(sum - 100) < 0.01);
    // Cut at three standard deviations, so a little narrower than 2 pixels.
    assert.ok(Math.abs(Math.sqrt(square / sum) - 2) < 0.05);
  });

  it("ghostTip adds currents: the copy of a peak is as high as the logarithm says, at its distance", () => {
    const size = 31;
    const weight = 0.1;
    const ghost = stm.ghostTip({ weight, distanceNm: 0.8, nmPerPixel: 0.1, probability: 1 });
    const changed = apply(ghost, peak(size)).values;
    // z = ln(sum of currents) / (2 kappa), kappa = 10.9 / nm, over a peak of 100 pm and beside it.
    const perPm = (2 * 10.9) / 1000;
    const whole = Math.log((1 + weight * Math.exp(perPm * 100)) / (1 + weight)) / perPm;
    let [x, y, sum] = [0, 0, 0];
    changed.forEach((value, i) => {
      const beside = (i % size) - 15;
      const below = Math.floor(i / size) - 15;
      if (beside === 0 && below === 0) return;
      const share = Math.max(0, value);
      [x, y, sum] = [x + share * beside, y + share * below, sum + share];
    });
    assert.ok(Math.abs(Math.hypot(x, y) / sum - 8) < 0.3, "eight pixels away");
    assert.ok(sum > 0.5 * whole && sum < 1.6 * whole, `${sum} pm instead of ${whole}`);
    assert.ok(changed[15 * size + 15] < 100 && changed[15 * size + 15] > 90);
  });

  it("lineOffsets moves whole lines, with the spread given in pm, in units of pmPerUnit", () => {
    const changed = apply(stm.lineOffsets({ sigmaPm: 20, walkPm: 0, pmPerUnit: 10 }), flat(60, 16));
    const levels: number[] = [];
    for (let line = 0; line < 60 * 16; line++) {
      const values = changed.values.subarray(line * 16, (line + 1) * 16);
      assert.ok(values.every((value) => value === values[0]));
      levels.push(values[0]);
    }
    assert.ok(Math.abs(moments(levels).deviation - 2) < 0.2);
  });

  it("noise has the standard deviations given in pm, and 1/f noise the slope of its exponent", () => {
    const white = apply(stm.noise({ whitePm: 7, flickerPm: 0 }), flat(20, 32));
    assert.ok(Math.abs(moments(white.values).deviation - 7) < 0.2);
    for (const exponent of [0.8, 1, 1.3]) {
      const pink = apply(stm.noise({ whitePm: 0, flickerPm: 7, exponent }), flat(1500, 16));
      assert.ok(Math.abs(moments(pink.values).deviation - 7) < 0.5);
      const slope = spectrumSlope(pink);
      assert.ok(Math.abs(slope + exponent) < 0.15, `slope ${slope} for exponent ${exponent}`);
    }
  });

  it("scars are strokes along lines with the height given, and leave the middle of the image", () => {
    const scars = stm.scars({
      most: 3,
      heightPm: [30, 40],
      lengthNm: 0.6,
      nmPerPixel: 0.1,
      freeNm: 0.5,
    });
    const changed = apply(scars, flat(60, 24));
    let touched = 0;
    for (let i = 0; i < 60; i++) {
      const values = image(changed, i);
      for (let at = 0; at < values.length; at++) {
        if (values[at] === 0) continue;
        touched++;
        assert.ok(Math.abs(Math.floor(at / 24) - 11.5) >= 5, "the middle lines stay free");
        assert.ok(Math.abs(values[at]) <= 6 * 40.001);
      }
      if (values.every((value) => value === 0)) continue;
      assert.ok(values.some((value) => Math.abs(value) >= 30));
    }
    assert.ok(touched > 300 && touched < 60 * 24 * 12);
  });

  it("mains is a ripple of the frequency and the amplitude given", () => {
    // 50 Hz and 1 ms for a pixel: 20 pixels for a period.
    const mains = stm.mains({ amplitudePm: 5, hertz: 50, pixelMilliseconds: 1 });
    const line = apply(mains, flat(1, 40)).values.subarray(0, 40);
    const amplitude = (pixels: number): number => {
      let [real, imaginary] = [0, 0];
      line.forEach((value, i) => {
        real += value * Math.cos((2 * Math.PI * i) / pixels);
        imaginary += value * Math.sin((2 * Math.PI * i) / pixels);
      });
      return Math.hypot(real, imaginary) / 20;
    };
    assert.ok(Math.abs(amplitude(20) - 5) < 1e-3);
    assert.ok(Math.abs(amplitude(10) - 1.5) < 1e-3);
    assert.ok(amplitude(8) < 1e-3);
  });

  it("tilt adds a plane of at most the slope given, and zGain keeps mean and order", () => {
    const plane = apply(stm.tilt({ degrees: 1, nmPerPixel: 0.1 }), flat(30, 9));
    const steepest = 100 * Math.tan(Math.PI / 180);
    for (let i = 0; i < 30; i++) {
      const values = image(plane, i);
      const [across, down] = [values[1] - values[0], values[9] - values[0]];
      assert.ok(Math.abs(across) <= steepest && Math.abs(down) <= steepest);
      assert.ok(Math.abs(values[80] - values[0] - 8 * (across + down)) < 1e-3);
      assert.ok(Math.abs(values[40]) < 1e-4);
    }
    const batch = randomBatch([1, 8, 8, 1], -300, 200);
    const gained = apply(stm.zGain({ factor: 1.4 }), batch).values;
    const [before, after] = [moments(batch.values), moments(gained)];
    assert.ok(Math.abs(before.mean - after.mean) < 1e-2);
    const gain = after.deviation / before.deviation;
    assert.ok(gain >= 1 / 1.4 && gain <= 1.4 && gain !== 1);
  });

  it("traceRetrace exchanges the two channels in half of the images, and touches no other", () => {
    const batch = repeated(40, randomBatch([1, 3, 3, 3]));
    const changed = apply(stm.traceRetrace(), batch);
    let swapped = 0;
    for (let i = 0; i < 40; i++) {
      const [old, now] = [image(batch, i), image(changed, i)];
      if (now[0] === old[1]) swapped++;
      for (let at = 0; at < 27; at += 3) {
        assert.equal(now[at + 2], old[at + 2]);
        assert.deepEqual([now[at], now[at + 1]].sort(), [old[at], old[at + 1]].sort());
      }
    }
    assert.ok(swapped > 10 && swapped < 30);
  });

  it("turns and mirrors keep every value and what the surface allows", () => {
    const batch = repeated(40, randomBatch([1, 6, 6, 1]));
    const sorted = (values: Float32Array): number[] => Array.from(values).sort((a, b) => a - b);
    const kinds = (change: Augmentation): number => {
      const changed = apply(change, batch);
      const seen = new Set<string>();
      for (let i = 0; i < 40; i++) {
        assert.deepEqual(sorted(image(changed, i)), sorted(image(batch, i)));
        seen.add(image(changed, i).join());
      }
      return seen.size;
    };
    assert.equal(kinds(stm.latticeTurns({ surface: "TiO2(110)-1x1" })), 2);
    assert.equal(kinds(stm.latticeTurns({ quarter: true })), 4);
    assert.equal(kinds(stm.latticeMirrors()), 4);
    assert.equal(stm.symmetries["TiO2(110)-1x1"].quarterTurns, false);
  });

  it("zInversion turns heights upside down, and rescalePatch takes their scale away", () => {
    const batch = randomBatch([2, 6, 6, 1], -300, 200);
    const turned = apply(stm.destroying.zInversion(), batch).values;
    for (let i = 0; i < 2; i++) {
      const { mean } = moments(image(batch, i));
      for (let at = 36 * i; at < 36 * (i + 1); at++) {
        assert.ok(Math.abs(turned[at] - (2 * mean - batch.values[at])) < 1e-2);
      }
    }
    const rescaled = apply(stm.destroying.rescalePatch(), batch);
    for (let i = 0; i < 2; i++) {
      const { mean, deviation } = moments(image(rescaled, i));
      assert.ok(Math.abs(mean) < 1e-5 && Math.abs(deviation - 1) < 1e-4);
    }
  });
});

describe("augment.stm in a plan", () => {
  it("makes the same views by name as by call, alone and in a list", () => {
    const batch = randomBatch([4, 10, 10, 1], -300, 200);
    const options = { strength: 0.5, without: ["scars"] as const, nmPerPixel: 0.2 };
    assert.deepEqual(
      apply(augment.fromSpec({ stm: options }), batch).values,
      apply(stm.views(options), batch).values,
    );
    assert.ok(apply(augment.fromSpec("stm"), batch).values.every(Number.isFinite));
    const list = [{ "stm.tilt": { degrees: 1 } }, { "stm.destroying.zInversion": {} }];
    assert.equal(apply(augment.fromSpec(list), batch).values.length, batch.values.length);
  });

  it("offers the nearest name for a step or an option that is misspelt", () => {
    const wrong: [unknown, RegExp][] = [
      [{ "stm.driftWrap": {} }, /"stm\.driftWarp"/],
      [{ "stm.noise": { whitePM: 3 } }, /"whitePm"/],
      [{ stm: { nmPerPixels: 0.1 } }, /"nmPerPixel"/],
      [{ "stm.destroying.zInversion": { strength: 1 } }, /no options/],
    ];
    for (const [spec, sentence] of wrong) {
      assert.throws(
        () => augment.fromSpec(spec),
        (error: Error) => error instanceof InputError && sentence.test(error.message),
      );
    }
  });
});

/** Slope of the mean periodogram of all images, read as one line of time, between periods of 64 and of 4 pixels. */
function spectrumSlope(batch: Batch): number {
  const count = batch.shape[0];
  const points = [4, 6, 9, 13, 19, 28, 41, 64].map((k): [number, number] => {
    let power = 0;
    for (let i = 0; i < count; i++) {
      let [real, imaginary] = [0, 0];
      image(batch, i).forEach((value, n) => {
        // A window, so that what is slower than the image does not leak into all frequencies.
        const seen = value * Math.sin((Math.PI * (n + 0.5)) / 256) ** 2;
        real += seen * Math.cos((2 * Math.PI * k * n) / 256);
        imaginary += seen * Math.sin((2 * Math.PI * k * n) / 256);
      });
      power += real ** 2 + imaginary ** 2;
    }
    return [Math.log(k), Math.log(power)];
  });
  const mean = (of: 0 | 1): number => points.reduce((sum, p) => sum + p[of], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const rise = points.reduce((sum, p) => sum + (p[0] - x) * (p[1] - y), 0);
  return rise / points.reduce((sum, p) => sum + (p[0] - x) ** 2, 0);
}
