import assert from "node:assert/strict";
import { createRng, InputError, tf, type Tensor4D } from "../../src/core";
import { classify } from "../../src";

const batch = (channels: number, scale = 1, shift = 0): Tensor4D =>
  tf.tensor4d(
    Float32Array.from(
      { length: 24 * 144 * channels },
      (_, i) => shift + scale * (Math.sin(i / 3) + Math.cos(i / 17)),
    ),
    [24, 12, 12, channels],
  );

describe("classify/strongViews", () => {
  it("keeps shape and finiteness, differs from image to image, and is the same for the same seed", () => {
    for (const channels of [1, 3]) {
      tf.tidy(() => {
        const images: Tensor4D =
          channels === 3 ? batch(3).add<Tensor4D>(2).div(4) : batch(channels);
        const views = classify.strongViews({ channels, size: 12 });
        const once = views(images, createRng(1));
        assert.deepEqual(once.shape, images.shape);
        const values = once.dataSync();
        assert.ok(values.every(Number.isFinite));
        assert.deepEqual(views(images, createRng(1)).dataSync(), values);
        assert.notDeepEqual(views(images, createRng(2)).dataSync(), values);
      });
    }
  });

  it("means the same in every unit: heights in metres change as those in picometres", () => {
    tf.tidy(() => {
      const views = classify.strongViews({ channels: 1, size: 12 });
      const metres = views(batch(1, 1e-10), createRng(3)).div(1e-10).dataSync();
      const plain = views(batch(1), createRng(3)).dataSync();
      assert.ok(plain.every((x, i) => Math.abs(x - metres[i]) < 1e-3));
    });
  });

  it("covers a square of each image and changes nothing else without strength and count", () => {
    tf.tidy(() => {
      const images = batch(1);
      const found = classify.strongViews({ channels: 1, size: 12, count: 0 })(images, createRng(1));
      const changed = found.notEqual(images).sum([1, 2, 3]).dataSync();
      assert.ok(changed.every((pixels) => pixels > 0 && pixels <= 36));
    });
    assert.throws(() => classify.strongViews({ channels: 1, size: 12, count: -1 }), InputError);
  });
});
