import assert from "node:assert/strict";
import { createRng, InputError, tf, trainableVariables, type Tensor4D } from "../../src/core";
import { storedUnet, unet, unetFrom } from "../../src/nets";

describe("nets/unet", () => {
  it("gives numbers for each pixel of images of any size that fits, and has the weights it should", () => {
    const network = unet({ inputs: 2, outputs: 3 }, createRng(1));
    try {
      for (const [height, width] of [
        [4, 8],
        [20, 12],
      ]) {
        const out = tf.tidy(() => network.apply(tf.zeros([2, height, width, 2]), false).shape);
        assert.deepEqual(out, [2, height, width, 3]);
      }
      assert.equal(network.multiple, 4);
      const count = [...trainableVariables(network).values()].reduce((sum, v) => sum + v.size, 0);
      // 3x3 kernels 2-8-8, 8-16-16, 16-32-32, 48-16-16 and 24-16-16, two numbers for each norm's channel, 16-3 and 3.
      const kernels = 9 * (16 + 64 + 128 + 256 + 512 + 1024 + 768 + 256 + 384 + 256);
      assert.equal(count, kernels + 2 * (16 + 32 + 64 + 32 + 32) + 48 + 3);
    } finally {
      network.dispose();
    }
  });

  it("sees a point no farther than its levels reach, and moves with the image by whole multiples", () => {
    const network = unet({ widths: [4, 4, 4], decoder: 4 }, createRng(2));
    try {
      const answer = (x: number): Float32Array =>
        tf.tidy(() => {
          const image = tf.buffer([1, 64, 64, 1], "float32");
          image.set(1, 0, 32, x, 0);
          return network.apply(image.toTensor() as Tensor4D, false).dataSync<"float32">();
        });
      const [here, shifted] = [answer(32), answer(36)];
      const at = (values: Float32Array, x: number, y: number): number => values[y * 64 + x];
      for (let y = 8; y < 56; y++)
        for (let x = 24; x < 40; x++)
          assert.ok(Math.abs(at(here, x, y) - at(shifted, x + 4, y)) < 1e-5, `${x} ${y}`);
      assert.ok(Math.abs(at(here, 32, 32) - at(here, 4, 4)) > 1e-3);
      assert.ok(Math.abs(at(here, 1, 1) - at(here, 1, 62)) < 1e-5, "too far to be seen");
    } finally {
      network.dispose();
    }
  });

  it("comes back from plain arrays with the same answer, and refuses those of another size", () => {
    const network = unet({ widths: [4, 8], decoder: 4 }, createRng(3));
    const stored = storedUnet(network);
    const copy = unetFrom(stored);
    try {
      const [a, b] = [network, copy].map((one) =>
        tf.tidy(() => one.apply(tf.ones([1, 8, 8, 1]), false).dataSync<"float32">()),
      );
      assert.deepEqual(a, b);
      assert.throws(
        () => unetFrom({ ...stored, spec: { widths: [4, 4], decoder: 4 } }),
        InputError,
      );
    } finally {
      network.dispose();
      copy.dispose();
    }
  });

  it("says what is wrong with its size", () => {
    assert.throws(() => unet({ widths: [0, 4] }, createRng(1)), /channels 0/);
  });
});
