import assert from "node:assert/strict";
import { createRng, InputError, tf } from "../../src/core";
import { randomCrop, randomResizedCrop } from "../../src/augment";
import { drawBox } from "../../src/augment/randomResizedCrop";
import { resampleBoxes, type CropBox } from "../../src/augment/resample";
import { apply, distance, image, randomBatch, repeated, type Batch } from "./images";

/** Bilinear resampling by its definition: pixel centres on half numbers, the border's pixel goes on outside. */
function naiveResample(batch: Batch, boxes: readonly CropBox[], size: [number, number]): number[] {
  const [count, height, width, channels] = batch.shape;
  const at = (i: number, y: number, x: number, c: number): number => {
    const row = Math.min(height - 1, Math.max(0, y));
    const column = Math.min(width - 1, Math.max(0, x));
    return batch.values[((i * height + row) * width + column) * channels + c];
  };
  const result: number[] = [];
  for (let i = 0; i < count; i++) {
    const box = boxes[i];
    for (let row = 0; row < size[0]; row++) {
      for (let column = 0; column < size[1]; column++) {
        const y = box.top + ((row + 0.5) * box.height) / size[0] - 0.5;
        const x = box.left + ((column + 0.5) * box.width) / size[1] - 0.5;
        const [y0, x0] = [Math.floor(y), Math.floor(x)];
        for (let c = 0; c < channels; c++) {
          const upper = at(i, y0, x0, c) * (1 - x + x0) + at(i, y0, x0 + 1, c) * (x - x0);
          const lower = at(i, y0 + 1, x0, c) * (1 - x + x0) + at(i, y0 + 1, x0 + 1, c) * (x - x0);
          result.push(upper * (1 - y + y0) + lower * (y - y0));
        }
      }
    }
  }
  return result;
}

describe("augment/randomResizedCrop", () => {
  it("resamples as bilinear interpolation by its definition does, up, down and at the border", () => {
    const batch = randomBatch([5, 11, 8, 3], -2, 2);
    const boxes: CropBox[] = [
      { top: 0, left: 0, height: 11, width: 8 },
      { top: 0, left: 0, height: 2, width: 1.5 },
      { top: 9, left: 6.5, height: 2, width: 1.5 },
      { top: 3.3, left: 1.7, height: 5.2, width: 6.1 },
      { top: 4, left: 2, height: 0.6, width: 0.4 },
    ];
    for (const size of [
      [11, 8],
      [4, 5],
      [1, 1],
      [16, 20],
    ] as [number, number][]) {
      // prettier-ignore
      const images = tf.tensor4d(batch.values, [...batch.shape]);
      const resampled = tf.tidy(() => resampleBoxes(images, boxes, size));
      // Corners travel as float32 shares of the image: 1e-7 of 11 pixels, times the steepest slope of 4.
      assert.ok(distance(resampled.dataSync(), naiveResample(batch, boxes, size)) < 2e-5);
      tf.dispose([images, resampled]);
    }
  });

  it("brings images of any size to the wanted one", () => {
    const batch = randomBatch([2, 10, 14, 1]);
    assert.deepEqual(apply(randomResizedCrop(), batch).shape, [2, 10, 14, 1]);
    assert.deepEqual(apply(randomResizedCrop({ size: 6 }), batch).shape, [2, 6, 6, 1]);
    assert.deepEqual(apply(randomResizedCrop({ size: [5, 20] }), batch).shape, [2, 5, 20, 1]);
  });

  it("keeps a ramp a ramp, so that nothing is shifted by half a pixel", () => {
    const [h, w] = [12, 12];
    const ramp: Batch = {
      values: Float32Array.from({ length: h * w }, (_, i) => i % w),
      shape: [1, h, w, 1],
    };
    const box = { top: 2, left: 3, height: 6, width: 4 };
    const images = tf.tensor4d(ramp.values, [1, h, w, 1]);
    const resampled = tf.tidy(() => resampleBoxes(images, [box], [8, 8]));
    const row = Array.from(resampled.dataSync().slice(0, 8));
    assert.ok(
      distance(
        row,
        Array.from({ length: 8 }, (_, j) => 3 + (j + 0.5) / 2 - 0.5),
      ) < 1e-5,
    );
    tf.dispose([images, resampled]);
  });

  it("draws areas and ratios evenly within their ranges, and boxes inside the image", () => {
    const rng = createRng(8).fork("boxes");
    const boxes = Array.from({ length: 4000 }, () =>
      drawBox(32, 32, [0.08, 1], [3 / 4, 4 / 3], rng),
    );
    let [smallArea, wide, topHalf] = [0, 0, 0];
    for (const { top, left, height, width } of boxes) {
      const area = (height * width) / 1024;
      assert.ok(area >= 0.08 - 1e-9 && area <= 1 + 1e-9);
      assert.ok(width / height >= 3 / 4 - 1e-9 && width / height <= 4 / 3 + 1e-9);
      assert.ok(top >= 0 && left >= 0 && top + height <= 32 + 1e-9 && left + width <= 32 + 1e-9);
      if (area < 0.54) smallArea++;
      if (width > height) wide++;
      if (top + height / 2 < 16) topHalf++;
    }
    // Five standard deviations of a binomial count. Large areas of an extreme ratio do not fit and are drawn again, so
    // the lower half of the areas holds more than half of the boxes.
    const five = 5 * Math.sqrt(4000 / 4);
    assert.ok(Math.abs(wide - 2000) < five, `${wide} wide`);
    assert.ok(Math.abs(topHalf - 2000) < five, `${topHalf} in the upper half`);
    assert.ok(smallArea > 2000 && smallArea < 2400, `${smallArea} small`);
  });

  it("takes the largest part of a permitted ratio where none of the wanted area fits", () => {
    const box = drawBox(10, 40, [1, 1], [1, 1], createRng(1));
    assert.deepEqual(box, { top: 0, left: 15, height: 10, width: 10 });
  });
});

describe("augment/randomCrop", () => {
  for (const mode of ["reflect", "zero"] as const) {
    it(`shifts by whole pixels without changing a bit, beyond the border ${mode}`, () => {
      const one = randomBatch([1, 6, 7, 2], -5, 5);
      const shifted = apply(randomCrop({ padding: 3, mode }), repeated(400, one));
      const seen = new Set<string>();
      const mirror = (i: number, n: number): number => (i < 0 ? -i : i >= n ? 2 * n - 2 - i : i);
      const expected = (down: number, across: number): Float32Array =>
        Float32Array.from({ length: 6 * 7 * 2 }, (_, k) => {
          const [y, x, c] = [Math.floor(k / 14) + down, (Math.floor(k / 2) % 7) + across, k % 2];
          const inside = y >= 0 && y < 6 && x >= 0 && x < 7;
          if (mode === "zero" && !inside) return 0;
          return one.values[(mirror(y, 6) * 7 + mirror(x, 7)) * 2 + c];
        });
      for (let i = 0; i < 400; i++) {
        let found = "";
        for (let down = -3; down <= 3; down++) {
          for (let across = -3; across <= 3; across++) {
            if (distance(image(shifted, i), expected(down, across)) === 0) {
              found = `${down},${across}`;
            }
          }
        }
        assert.notEqual(found, "", `image ${i} is no shifted copy`);
        seen.add(found);
      }
      assert.equal(seen.size, 49);
    });
  }

  it("shifts by an eighth of the shorter edge unless told otherwise, 4 of 32 pixels, also of tiny images", () => {
    for (const [height, width, padding] of [
      [32, 32, 4],
      [64, 40, 5],
      [5, 9, 1],
      [2, 2, 1],
      [1, 9, 0],
    ]) {
      const batch = randomBatch([6, height, width, 1]);
      assert.deepEqual(apply(randomCrop(), batch), apply(randomCrop({ padding }), batch));
    }
  });

  it("refuses to mirror further than the image reaches", () => {
    assert.throws(
      () => apply(randomCrop({ padding: 4 }), randomBatch([1, 4, 9, 1])),
      (error: Error) => error instanceof InputError && /at most 3/.test(error.message),
    );
    assert.deepEqual(
      apply(randomCrop({ padding: 4, mode: "zero" }), randomBatch([1, 4, 9, 1])).shape,
      [1, 4, 9, 1],
    );
  });
});
