import assert from "node:assert/strict";
import { createRng, InputError, tf, type Tensor4D } from "../../src/core";
import { strong } from "../../src/augment";
import { apply, randomBatch } from "./images";

const batch = (channels: number, scale = 1, shift = 0): Tensor4D =>
  tf.tensor4d(
    Float32Array.from(
      { length: 24 * 144 * channels },
      (_, i) => shift + scale * (Math.sin(i / 3) + Math.cos(i / 17)),
    ),
    [24, 12, 12, channels],
  );

describe("augment/strong", () => {
  it("keeps shape and finiteness, differs from image to image, and is the same for the same seed", () => {
    for (const channels of [1, 3]) {
      tf.tidy(() => {
        const images: Tensor4D =
          channels === 3 ? batch(3).add<Tensor4D>(2).div(4) : batch(channels);
        const views = strong.views();
        const once = views(images, createRng(1));
        assert.deepEqual(once.shape, images.shape);
        const values = once.dataSync();
        assert.ok(values.every(Number.isFinite));
        assert.deepEqual(views(images, createRng(1)).dataSync(), values);
        assert.notDeepEqual(views(images, createRng(2)).dataSync(), values);
      });
    }
  });

  it("goes by the channels and the shorter edge of the images that come", () => {
    for (const shape of [
      [6, 12, 17, 3],
      [6, 9, 7, 1],
    ] as const) {
      const images = randomBatch(shape);
      const told = strong.views({ channels: shape[3], size: Math.min(shape[1], shape[2]) });
      assert.deepEqual(apply(strong.views(), images), apply(told, images));
    }
    const images = randomBatch([24, 12, 12, 3]);
    const inGrey = apply(strong.views({ channels: 1 }), images);
    assert.notDeepEqual(apply(strong.views(), images).values, inGrey.values);
  });

  it("means the same in every unit: heights in metres change as those in picometres", () => {
    tf.tidy(() => {
      const views = strong.views();
      const metres = views(batch(1, 1e-10), createRng(3)).div(1e-10).dataSync();
      const plain = views(batch(1), createRng(3)).dataSync();
      assert.ok(plain.every((x, i) => Math.abs(x - metres[i]) < 1e-3));
    });
  });

  it("covers a square of each image and changes nothing else without strength and count", () => {
    tf.tidy(() => {
      const images = batch(1);
      const found = strong.views({ count: 0 })(images, createRng(1));
      const changed = found.notEqual(images).sum([1, 2, 3]).dataSync();
      assert.ok(changed.every((pixels) => pixels > 0 && pixels <= 36));
    });
    assert.throws(() => strong.views({ count: -1 }), InputError);
  });
});
