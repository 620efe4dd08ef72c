import assert from "node:assert/strict";
import { InputError } from "../../src/core";
import { flip, quarterTurns } from "../../src/augment";
import { apply, distance, image, randomBatch, repeated } from "./images";

/** The image read from another place for each pixel. */
function reordered(
  values: Float32Array,
  [, width, channels]: readonly [number, number, number],
  from: (y: number, x: number) => readonly [y: number, x: number],
): Float32Array {
  return values.map((_, k) => {
    const pixel = Math.floor(k / channels);
    const [y, x] = from(Math.floor(pixel / width), pixel % width);
    return values[(y * width + x) * channels + (k % channels)];
  });
}

/** How often each of the expected images occurs; every image must be one of them, bit by bit. */
function counts(
  changed: ReturnType<typeof apply>,
  expected: readonly Float32Array[],
): readonly number[] {
  const found = expected.map(() => 0);
  for (let i = 0; i < changed.shape[0]; i++) {
    const which = expected.findIndex((one) => distance(one, image(changed, i)) === 0);
    assert.notEqual(which, -1, `image ${i} is none of those expected`);
    found[which] += 1;
  }
  return found;
}

describe("augment/flip", () => {
  it("mirrors left and right, top and bottom, each as often as told", () => {
    const size = [5, 8, 2] as const;
    const one = randomBatch([1, ...size], -9, 9);
    const changed = apply(flip({ horizontal: 0.5, vertical: 0.25 }), repeated(2000, one));
    const found = counts(changed, [
      one.values,
      reordered(one.values, size, (y, x) => [y, 7 - x]),
      reordered(one.values, size, (y, x) => [4 - y, x]),
      reordered(one.values, size, (y, x) => [4 - y, 7 - x]),
    ]);
    const shares = [0.375, 0.375, 0.125, 0.125];
    // Five standard deviations of a binomial count.
    shares.forEach((p, k) =>
      assert.ok(Math.abs(found[k] - 2000 * p) < 5 * Math.sqrt(2000 * p * (1 - p)), `${found[k]}`),
    );
  });

  it("always mirrors with probability 1, also images one pixel wide", () => {
    const one = randomBatch([2, 4, 1, 1]);
    const changed = apply(flip({ horizontal: 1, vertical: 1 }), one);
    assert.deepEqual(
      image(changed, 0),
      reordered(image(one, 0), [4, 1, 1], (y, x) => [3 - y, x]),
    );
  });
});

describe("augment/quarterTurns", () => {
  it("turns by 0, 90, 180 and 270 degrees equally often, without changing a bit", () => {
    const size = [6, 6, 3] as const;
    const one = randomBatch([1, ...size], -9, 9);
    const found = counts(apply(quarterTurns(), repeated(2000, one)), [
      one.values,
      reordered(one.values, size, (y, x) => [x, 5 - y]),
      reordered(one.values, size, (y, x) => [5 - y, 5 - x]),
      reordered(one.values, size, (y, x) => [5 - x, y]),
    ]);
    for (const count of found) assert.ok(Math.abs(count - 500) < 5 * Math.sqrt(375), `${count}`);
  });

  it("refuses images that are not square", () => {
    assert.throws(
      () => apply(quarterTurns(), randomBatch([1, 4, 5, 1])),
      (error: Error) => error instanceof InputError && /4 x 5 pixels/.test(error.message),
    );
  });
});
