import assert from "node:assert/strict";
import { affine, blur } from "../../src/augment";
import { apply, distance, image, moments, randomBatch, repeated, type Batch } from "./images";

/** Gaussian blur by its definition, in two dimensions at once, mirrored at the border. */
function naiveBlur(values: Float32Array, [h, w, c]: readonly number[], sigma: number): number[] {
  const reach = Math.ceil(3 * sigma);
  const mirror = (i: number, n: number): number => {
    let at = i;
    while (at < 0 || at >= n) at = at < 0 ? -at : 2 * n - 2 - at;
    return at;
  };
  return Array.from(values, (_, k) => {
    const [y, x] = [Math.floor(k / (w * c)), Math.floor(k / c) % w];
    let [sum, weights] = [0, 0];
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        const weight = Math.exp(-(dy * dy + dx * dx) / (2 * sigma * sigma));
        sum += weight * values[(mirror(y + dy, h) * w + mirror(x + dx, w)) * c + (k % c)];
        weights += weight;
      }
    }
    return sum / weights;
  });
}

describe("augment/blur", () => {
  for (const channels of [1, 3]) {
    it(`is a Gaussian by its definition, with ${channels} channels, also wider than the image`, () => {
      const batch = randomBatch([2, 7, 10, channels], -50, 50);
      for (const sigma of [0.4, 1.3, 4]) {
        const changed = apply(blur({ sigma, probability: 1 }), batch);
        for (let i = 0; i < 2; i++) {
          const expected = naiveBlur(image(batch, i), [7, 10, channels], sigma);
          assert.ok(distance(image(changed, i), expected) < 1e-4);
        }
      }
    });
  }

  it("gives each image its own width and about half of them none", () => {
    const one: Batch = { values: new Float32Array(441), shape: [1, 21, 21, 1] };
    one.values[220] = 1;
    const changed = apply(blur({ sigma: [0.5, 2], probability: 0.5 }), repeated(400, one));
    const peaks = Array.from({ length: 400 }, (_, i) => image(changed, i)[220]);
    const sharp = peaks.filter((peak) => peak === 1).length;
    assert.ok(Math.abs(sharp - 200) < 5 * 10, `${sharp} of 400 not blurred`);
    assert.equal(new Set(peaks).size, 401 - sharp);
    // A Gaussian of spread s peaks near 1 / (2 pi s^2).
    assert.ok(Math.min(...peaks) > 0.035 && Math.min(...peaks) < 0.05, `${Math.min(...peaks)}`);
  });
});

/** A ramp along rows and one along columns in two channels: where a pixel came from can be read off. */
function ramps(size: number): Batch {
  const values = new Float32Array(size * size * 2);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) values.set([x, y], 2 * (y * size + x));
  }
  return { values, shape: [1, size, size, 2] };
}

/** Places that the pixel at offset (dx, dy) from the centre came from, as offsets from the centre, in image i. */
function origin(batch: Batch, i: number, dx: number, dy: number): [x: number, y: number] {
  const middle = (batch.shape[1] - 1) / 2;
  const at = 2 * ((middle + dy) * batch.shape[1] + middle + dx);
  return [image(batch, i)[at] - middle, image(batch, i)[at + 1] - middle];
}

describe("augment/affine", () => {
  const still = { degrees: 0, translate: 0, shear: 0, scale: [1, 1] as const };

  it("turns about the centre by up to the angle, keeping distances", () => {
    const changed = apply(affine({ ...still, degrees: 30 }), repeated(300, ramps(21)));
    const angles = Array.from({ length: 300 }, (_, i) => {
      const [x, y] = origin(changed, i, 6, 0);
      assert.ok(Math.abs(Math.hypot(x, y) - 6) < 1e-4);
      assert.ok(Math.hypot(...origin(changed, i, 0, 0)) < 1e-4);
      return (Math.atan2(y, x) * 180) / Math.PI;
    });
    assert.ok(Math.max(...angles) > 28 && Math.max(...angles) <= 30.001);
    assert.ok(Math.min(...angles) < -28 && Math.min(...angles) >= -30.001);
  });

  it("scales about the centre: with factor 2 a pixel comes from half as far", () => {
    const changed = apply(affine({ ...still, scale: [2, 2] }), ramps(21));
    assert.ok(distance(origin(changed, 0, 6, -4), [3, -2]) < 1e-4);
  });

  it("shifts by up to the share of the edge", () => {
    const changed = apply(affine({ ...still, translate: 0.2 }), repeated(300, ramps(21)));
    const shifts = Array.from({ length: 300 }, (_, i) => origin(changed, i, 1, 2)[0] - 1);
    assert.ok(Math.max(...shifts) > 4 && Math.max(...shifts) <= 4.2001);
    assert.ok(Math.abs(moments(shifts).mean) < (5 * 4.2) / Math.sqrt(3 * 300));
  });

  it("leans columns and leaves rows in their row", () => {
    const changed = apply(affine({ ...still, shear: 20 }), repeated(100, ramps(21)));
    const leans = Array.from({ length: 100 }, (_, i) => {
      const [x, y] = origin(changed, i, 0, 5);
      assert.ok(Math.abs(y - 5) < 1e-4);
      assert.ok(distance(origin(changed, i, 5, 0), [5, 0]) < 1e-4);
      return (Math.atan(x / 5) * 180) / Math.PI;
    });
    assert.ok(leans.every((lean) => Math.abs(lean) <= 20.001));
    assert.ok(Math.max(...leans) > 18);
  });

  it("fills from the mirrored image or with the outermost pixel", () => {
    const one: Batch = {
      values: Float32Array.from({ length: 25 }, (_, i) => i % 5),
      shape: [1, 5, 5, 1],
    };
    const half = { ...still, scale: [0.5, 0.5] as const };
    const row = (fill: "reflect" | "edge"): number[] =>
      Array.from(apply(affine({ ...half, fill }), one).values.slice(10, 15));
    assert.deepEqual(row("reflect"), [2, 0, 2, 4, 2]);
    assert.deepEqual(row("edge"), [0, 0, 2, 4, 4]);
  });
});
