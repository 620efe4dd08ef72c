import assert from "node:assert/strict";
import { InputError, type Scan } from "../../src/core";
import * as scans from "../../src/scans";
import { defectClasses, instruments, scan, type ScanOptions } from "../../src/simulate";
import { dilate } from "../../src/simulate/dilate";
import { findSurface, surfaceNames } from "../../src/simulate/surfaces";
import type { BiasState } from "../../src/simulate/surface";

const pm = ({ channels }: Scan): Float64Array => channels[0].data.map((metres) => metres * 1e12);

const span = (values: Float64Array): number =>
  values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));

const base: ScanOptions = { pixels: 112, instrument: "ideal", defects: {} };

/** Every surface with every bias for which there is a model. */
const states = surfaceNames.flatMap((surface) =>
  (["filled", "empty"] as BiasState[]).flatMap((bias) => {
    try {
      return [{ surface, bias, model: findSurface(surface, bias) }];
    } catch {
      return [];
    }
  }),
);

describe("simulate/surfaces", function () {
  this.timeout(60_000);

  it("has four surfaces with 16 classes and more, each bias with the same classes", () => {
    const classes = (["Si(001)-2x1", "H:Si(001)", "Ge(001)", "TiO2(110)"] as const).flatMap(
      (name) => defectClasses(name).map((kind) => `${name} ${kind}`),
    );
    assert.ok(new Set(classes).size >= 16);
    for (const { surface, model } of states) {
      assert.deepEqual(
        model.defects.map(({ name }) => name),
        defectClasses(surface),
      );
    }
  });

  for (const { surface, bias, model } of states) {
    it(`gives ${surface}, ${bias} states, its corrugation and its defects their heights`, () => {
      const [low, high] = model.corrugationPm;
      const flat = pm(scan({ ...base, seed: 1, surface, bias }).clean);
      assert.ok(span(flat) > 0.8 * low && span(flat) < 1.2 * high, `${span(flat)} pm`);
      for (const { name, heightPm } of model.defects) {
        const made = scan({ ...base, seed: 1, surface, bias, defects: { [name]: 5 } });
        const change = pm(made.clean).map((value, i) => value - flat[i]);
        const extremes = made.defects.map(({ x, y }) => {
          let most = 0;
          for (let row = Math.ceil(y - 7); row <= y + 7; row++) {
            for (let column = Math.ceil(x - 7); column <= x + 7; column++) {
              const value = change[row * 112 + column];
              if (heightPm[1] > 0 ? value > most : value < most) most = value;
            }
          }
          return most;
        });
        // 30 % either way, as for the ranges themselves.
        const [from, to] = heightPm[0] > 0 ? [0.7 * heightPm[0], 1.3 * heightPm[1]] : [1.3 * heightPm[0], 0.65 * heightPm[1]]; // prettier-ignore
        for (const value of extremes) {
          assert.ok(value >= from && value <= to, `${name}: ${value} pm, not ${from} to ${to}`);
        }
      }
    });
  }

  it("turns the contrast of H:Si(001) round between filled and empty states", () => {
    const [filled, empty] = (["filled", "empty"] as const).map((bias) =>
      pm(scan({ ...base, seed: 2, surface: "H:Si(001)", bias }).clean),
    );
    const mean = (z: Float64Array): number => z.reduce((a, b) => a + b, 0) / z.length;
    const [a, b] = [mean(filled), mean(empty)];
    let [ab, aa, bb] = [0, 0, 0];
    filled.forEach((value, i) => {
      ab += (value - a) * (empty[i] - b);
      aa += (value - a) ** 2;
      bb += (empty[i] - b) ** 2;
    });
    assert.ok(ab / Math.sqrt(aa * bb) < -0.7, `correlation ${ab / Math.sqrt(aa * bb)}`);
  });

  for (const [surface, step] of [
    ["Si(001)-2x1", 136],
    ["Ge(001)", 141],
    ["TiO2(110)", 325],
  ] as const) {
    it(`has steps of ${step} pm on ${surface}`, () => {
      const made = scan({ ...base, seed: 4, surface, steps: [1, 1], pixels: 160 });
      const z = pm(made.clean);
      const sorted = z.slice().sort();
      const [top, bottom] = [
        sorted[Math.floor(0.9 * z.length)],
        sorted[Math.floor(0.1 * z.length)],
      ];
      const middle = (top + bottom) / 2;
      const median = (part: Float64Array): number => part.sort()[part.length >> 1];
      const height = median(z.filter((v) => v > middle)) - median(z.filter((v) => v <= middle));
      assert.ok(Math.abs(height - step) < 0.05 * step, `${height} pm`);
      assert.equal(made.parameters.steps, 1);
    });
  }

  it("levels a stepped scan back to flat terraces", () => {
    const options: ScanOptions = { ...base, seed: 4, steps: [2, 2], pixels: 160 };
    const tilted = scan({ ...options, instrument: { tiltDegrees: [0.6, 0.6], noisePm: [1, 1], wanderPm: [0, 0], lineOffsetPm: [0, 0] } }); // prettier-ignore
    const level = pm(scans.level(tilted.observed, { method: "terraces" }));
    const right = pm(tilted.clean);
    // What is left of the tilt: a plane through the difference.
    const apart = level.map((value, i) => value - right[i]);
    const slope = (apart[159 * 160 + 80] - apart[80]) / 159;
    assert.ok(Math.abs(slope) < 0.35, `${slope} pm per pixel of 1257`);
  });

  it("keeps defects off steps", () => {
    const { defects, mask } = scan({ seed: 5, steps: [2, 2], density: 0.03, instrument: "ideal" });
    assert.ok(defects.length > 15);
    assert.ok(mask.some((label) => label > 0));
  });

  it("records overlaps and what the tip took along", () => {
    const crowd = scan({
      ...base,
      seed: 6,
      pixels: 160,
      defects: { phosphine: 40 },
      separationNm: 0.9,
    });
    const near = crowd.defects.filter(({ overlaps }) => overlaps);
    assert.ok(near.length > 1);
    for (const one of near) {
      const others = crowd.defects.filter((other) => other !== one);
      const nearest = Math.min(...others.map((o) => Math.hypot(o.xNm - one.xNm, o.yNm - one.yNm)));
      assert.ok(nearest < 1.5);
    }
    let taken = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const made = scan({ ...base, seed, pixels: 96, defects: { phosphine: 5 }, instrument: { noisePm: [0, 0], wanderPm: [0, 0], lineOffsetPm: [0, 0], tiltDegrees: [0, 0], tipChanges: 1.5 } }); // prettier-ignore
      const events = made.parameters.tipChanges.filter(({ pickedUp }) => pickedUp !== undefined);
      const gone = made.defects.filter(({ pickedUp }) => pickedUp);
      assert.equal(gone.length, new Set(events.map(({ pickedUp }) => pickedUp)).size);
      taken += gone.length;
    }
    assert.ok(taken > 0);
  });

  it("marks in its mask what differs from the clean surface", () => {
    const options: ScanOptions = { ...base, seed: 7, pixels: 128 };
    const defects = { "double dimer vacancy": 5, phosphine: 5 };
    const made = scan({ ...options, defects });
    const flat = pm(scan(options).clean);
    const differs = pm(made.clean).map((value, i) => Math.abs(value - flat[i]));
    let [both, either] = [0, 0];
    differs.forEach((value, i) => {
      const [a, b] = [value > 25, made.mask[i] > 0];
      if (a && b) both++;
      if (a || b) either++;
    });
    assert.ok(both / either > 0.6, `${both / either}`);
    const classes = defectClasses("Si(001)-2x1");
    for (const { className, x, y } of made.defects) {
      if (className === "phosphine") continue;
      const label = made.mask[Math.round(y) * 128 + Math.round(x)];
      assert.equal(classes[label - 1], className);
    }
  });

  it("traces a paraboloid where a blunt tip touches one spike", () => {
    const width = 41;
    const spike = new Float64Array(width * width);
    spike[20 * width + 20] = 300;
    const seen = dilate(spike, width, 100, 2000);
    for (const [column, row] of [
      [20, 20],
      [25, 20],
      [20, 12],
      [24, 23],
      [40, 40],
    ]) {
      const away = ((column - 20) ** 2 + (row - 20) ** 2) * 100 ** 2;
      const wanted = Math.max(0, 300 - away / (2 * 2000));
      assert.ok(Math.abs(seen[row * width + column] - wanted) < 1e-9);
    }
  });

  it("shows everything twice with a second apex, so much lower and so far away", () => {
    const tip = { workFunctionEv: [4.5, 4.5], distanceNm: [0.6, 0.6] } as const;
    const options: ScanOptions = { ...base, seed: 8, pixels: 128, tip, defects: { phosphinidene: 1 }, marginNm: 5 }; // prettier-ignore
    const double = {
      ...tip,
      doubleChance: 1,
      apexNm: [1.5, 1.5],
      apexShorterPm: [50, 50],
    } as const;
    const [one, two, bare] = [
      scan(options),
      scan({ ...options, tip: double }),
      scan({ ...options, tip: double, defects: {} }),
    ];
    const [apex] = two.parameters.tip.apexes;
    assert.ok(Math.abs(Math.hypot(apex.xNm, apex.yNm) - 1.5) < 1e-9);
    const without = pm(bare.clean);
    const change = pm(two.clean).map((value, i) => value - without[i]);
    const at = (x: number, y: number): number => change[Math.round(y) * 128 + Math.round(x)];
    const [{ x, y }] = one.defects;
    const [real, ghost] = [at(x, y), at(x - apex.xNm / 0.12, y - apex.yNm / 0.12)];
    assert.ok(real > 40 && ghost > 15 && ghost < real, `${real} and ${ghost} pm`);
    assert.ok(Math.abs(at(x + apex.xNm / 0.12, y + apex.yNm / 0.12)) < 0.3 * ghost);
  });

  it("records the current at constant height, where a feature stands for as much gap as it is high", () => {
    const options: ScanOptions = {
      ...base,
      seed: 9,
      defects: { phosphinidene: 3 },
      tip: { workFunctionEv: [4.5, 4.5] },
    };
    const high = scan({ ...options, mode: "constant height", instrument: { ...instruments.ideal, setpointPa: [100, 100], feedbackHz: [500, 500] } }); // prettier-ignore
    assert.deepEqual(
      high.observed.channels.map(({ name, unit, direction }) => `${name} ${unit} ${direction}`),
      ["Current A forward", "Current A backward"],
    );
    const [current, z] = [pm(high.clean), pm(scan(options).clean)];
    const decay = (2 * 0.5123 * Math.sqrt(4.5)) / 100;
    const middle = current.slice().sort()[current.length >> 1];
    assert.ok(Math.abs(middle - 100) < 1);
    // Charge falls off a little slower than the wave functions far from an atom, so that the two agree to a tenth.
    const gaps = current.map((pA) => Math.log(pA / 100) / decay);
    const worst = gaps.reduce((most, gap, i) => Math.max(most, Math.abs(gap - z[i])), 0);
    assert.ok(worst < 0.25 * span(z), `${worst} of ${span(z)} pm`);
    const stepped = scan({ ...base, seed: 4, steps: [1, 1], mode: "constant height", tip: { workFunctionEv: [4.5, 4.5] } }); // prettier-ignore
    const sorted = pm(stepped.clean).sort();
    const [low, top] = [
      sorted[Math.floor(0.1 * sorted.length)],
      sorted[Math.floor(0.9 * sorted.length)],
    ];
    assert.ok(top / low > 10, `${top / low} times the current a step higher`);
  });

  it("says what is wrong", () => {
    const wrong: ScanOptions[] = [
      { surface: "Au(111)" as "Ge(001)" },
      { surface: "Ge(001)", bias: "empty" },
      { steps: [0, 20] },
      { steps: [0.5, 1] },
      { density: 5 },
      { instrument: "best" as "usual" },
      { fromStepsNm: -1 },
      { mode: "constant" as "constant height" },
      { tip: { doubleChance: 2 } },
      { tip: { bluntNm: [-1, 0] } },
      { tip: { apexNm: [0, 99] } },
      { tip: { apexShorterPm: [5, 1] } },
    ];
    for (const options of wrong) assert.throws(() => scan({ pixels: 32, defects: {}, ...options }), InputError); // prettier-ignore
  });
});
