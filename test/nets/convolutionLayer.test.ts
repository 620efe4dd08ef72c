import assert from "node:assert/strict";
import { createRng, tf, type Tensor4D } from "../../src/core";
import { convolutionLayer } from "../../src/nets/convolutionLayer";

describe("nets/convolutionLayer", () => {
  it("takes every second pixel for a strided convolution of one pixel, with odd batches too", () => {
    const layer = convolutionLayer({ inputs: 8, outputs: 16, kernel: 1, stride: 2 }, createRng(1));
    const weight = layer.variables.get("weight");
    assert.ok(weight);
    for (const batch of [1, 3, 5]) {
      tf.tidy(() => {
        const x: Tensor4D = tf.randomNormal([batch, 32, 32, 8], 0, 1, "float32", 1);
        const expected = tf.conv2d(x, weight as Tensor4D, 2, "valid");
        assert.equal(layer.apply(x, true).sub(expected).abs().max().dataSync()[0], 0);
        // Many times over: the fault that this guards against spoils memory, not numbers.
        for (let i = 0; i < 20; i++) {
          const gradient = tf.grad((input) => layer.apply(input as Tensor4D, true).sum())(x);
          const [even, odd] = [0, 1].map(
            (at) => gradient.slice([0, at, 0, 0], [batch, 1, 1, 1]).abs().max().dataSync()[0],
          );
          assert.ok(even > 0);
          assert.equal(odd, 0);
        }
      });
    }
    for (const variable of layer.variables.values()) variable.dispose();
  });
});
