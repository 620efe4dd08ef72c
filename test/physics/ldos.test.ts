import assert from "node:assert/strict";
import { createRng, InputError } from "../../src/core";
import { curvePlace, ldos, savitzkyGolay, savitzkyGolayWeights } from "../../src/physics";

const range = (n: number, from: number, to: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));

function close(got: ArrayLike<number>, expected: readonly number[], tolerance = 1e-9): void {
  expected.forEach((value, i) => assert.ok(Math.abs(got[i] - value) < tolerance, `${got[i]} ${value}`)); // prettier-ignore
}

describe("physics/savitzkyGolay", () => {
  it("has the weights of the published tables", () => {
    close(
      savitzkyGolayWeights({ window: 5, degree: 2, derivative: 1 }),
      [-2, -1, 0, 1, 2].map((w) => w / 10),
    );
    close(
      savitzkyGolayWeights({ window: 7, degree: 3, derivative: 1 }),
      [22, -67, -58, 0, 58, 67, -22].map((w) => w / 252),
    );
    // Table I of the paper.
    close(
      savitzkyGolayWeights({ window: 5, degree: 2 }),
      [-3, 12, 17, 12, -3].map((w) => w / 35),
    );
  });

  it("passes noise by the known gains", () => {
    const gain = (window: number, degree: number): number =>
      Math.hypot(...savitzkyGolayWeights({ window, degree, derivative: 1 }));
    const found = [gain(5, 2), gain(7, 2), gain(9, 2), gain(7, 3), gain(9, 3), gain(11, 3)];
    close(found, [0.316, 0.189, 0.129, 0.512, 0.338, 0.246], 5e-4);
    close([gain(15, 2)], [Math.sqrt(12 / (15 * (15 * 15 - 1)))]);
  });

  it("leaves a polynomial of its degree as it is, up to the ends", () => {
    const cubic = range(20, -1, 1).map((x) => x ** 3 - x);
    close(savitzkyGolay(cubic, { window: 7, degree: 3 }), [...cubic]);
    assert.throws(() => savitzkyGolay([1, 2, 3], { window: 7 }), InputError);
    assert.throws(() => savitzkyGolay(cubic, { window: 6 }), InputError);
  });
});

describe("physics/ldos", () => {
  it("normalises V^3 to 3, and sinh 2V to 2V coth 2V", () => {
    const volts = range(401, -2, 2);
    const cube = ldos({ volts, amperes: volts.map((v) => v ** 3) }, { window: 5, degree: 4 });
    cube.normalised.forEach((value, i) => {
      if (Math.abs(volts[i]) > 0.1) assert.ok(Math.abs(value - 3) < 1e-6);
    });
    const wide = range(501, -2.5, 2.5);
    const sinh = ldos({ volts: wide, amperes: wide.map((v) => Math.sinh(2 * v)) }, { window: 5, degree: 4 }); // prettier-ignore
    const at = (v: number): number => sinh.normalised[wide.findIndex((x) => Math.abs(x - v) < 1e-9)]; // prettier-ignore
    close([at(0.5), at(1), at(2)], [1.31304, 2.07463, 4.00268], 1e-4);
    close([at(0)], [1], 1e-3);
  });

  it("gives the same curve of a falling sweep, and scales a lock-in", () => {
    const volts = range(101, -1, 1);
    const amperes = volts.map((v) => Math.sinh(2 * v));
    const up = ldos({ volts, amperes });
    const down = ldos({ volts: volts.slice().reverse(), amperes: amperes.slice().reverse() });
    close(down.conductance, [...up.conductance]);
    const lockIn = volts.map((v) => 7 * 2 * Math.cosh(2 * v));
    const locked = ldos({ volts, amperes, lockIn });
    close([locked.conductance[50] / up.conductance[50]], [1], 0.01);
  });

  it("finds onsets of a known gap within 30 mV at a noise of 0.1 % of the largest current", () => {
    const rng = createRng(8);
    const volts = range(401, -2, 2);
    for (const [low, high] of [
      [-0.5, 0.5],
      [-0.8, 0.6],
      [-0.3, 1],
    ]) {
      // prettier-ignore
      const offs = { below: 0, above: 0 };
      for (let draw = 0; draw < 10; draw++) {
        // A linear density of states outside of the gap.
        const amperes = volts.map((v) => {
          const over = v > high ? v - high : v < low ? v - low : 0;
          return Math.sign(over) * over * over + 0.002 * rng.normal();
        });
        const found = ldos({ volts, amperes }, { window: 31 });
        offs.below = Math.max(offs.below, Math.abs(found.below.volts - low));
        offs.above = Math.max(offs.above, Math.abs(found.above.volts - high));
      }
      assert.ok(offs.below < 0.03 && offs.above < 0.03, `${low} ${high}: ${JSON.stringify(offs)}`);
    }
  });

  it("tells no onset where there is no gap, or nothing but noise", () => {
    const rng = createRng(2);
    const volts = range(301, -1.5, 1.5);
    const metal = ldos({
      volts,
      amperes: volts.map((v) => v + 0.2 * v ** 3 + 0.1 * Math.sin(6 * v)),
    });
    const noise = ldos({ volts, amperes: volts.map(() => 1e-14 * rng.normal()) }, { window: 31 });
    for (const { below, above, gapVolts } of [metal, noise])
      assert.ok([below.volts, above.volts, gapVolts].every(Number.isNaN));
  });

  it("tells the error that temperature and modulation make", () => {
    const volts = range(41, -2, 2);
    const { above } = ldos({ volts, amperes: volts.map((v) => v ** 3) });
    close([above.errorVolts], [0.0853], 1e-4);
  });

  it("refuses uneven voltages", () => {
    assert.throws(() => ldos({ volts: [0, 1, 2, 4, 5], amperes: [0, 1, 2, 3, 4] }), InputError);
    assert.throws(() => ldos({ volts: [0, 1, 2], amperes: [0, 1] }), InputError);
  });
});

describe("physics/curvePlace", () => {
  it("puts the frame's middle between its middle pixels, and up above", () => {
    const frame = { offset: [1, 2], size: [4, 4], pixels: [4, 4] } as const;
    assert.deepEqual(curvePlace([1, 2], frame).pixel, [1.5, 1.5]);
    assert.deepEqual(curvePlace([1, 3], frame).pixel, [1.5, 0.5]);
    assert.equal(curvePlace([4, 2], frame).inside, false);
    const turned = curvePlace([1, 3], { ...frame, angleDegrees: 90 });
    close(turned.pixel, [2.5, 1.5]);
  });
});
