import assert from "node:assert/strict";
import { InputError, tf, type Tensor2D } from "../../src/core";
import { crossEntropy } from "../../src/losses";
import { assertClose, parity } from "../fixtures/networkParity";

const logits = Array.from({ length: 4 }, (_, i) =>
  [0, 1, 2].map((j) => 2 * Math.sin(1 + 2 * i + 5 * j)),
);
const labels = [0, 2, 1, 2];

function probabilities(): Tensor2D {
  const b = Array.from({ length: 4 }, (_, i) => [0, 1, 2].map((j) => Math.cos(2 + 5 * i + 2 * j)));
  return tf.softmax(tf.tensor2d(b));
}

describe("losses/crossEntropy", () => {
  // torch.nn.functional.cross_entropy(x, target, weight, label_smoothing), in networkParity.py
  for (const { kind, weights, smoothing, loss, gradient } of parity.crossEntropy) {
    const title = `${kind}, weights ${weights?.join() ?? "none"}, smoothing ${smoothing}`;
    it(`gives PyTorch's loss and gradient: ${title}`, () => {
      tf.tidy(() => {
        const target = kind === "indices" ? tf.tensor1d(labels, "int32") : probabilities();
        const { value, grad } = tf.valueAndGrad((x) =>
          crossEntropy(x as Tensor2D, target, {
            smoothing,
            ...(weights === null ? {} : { weights }),
          }),
        )(tf.tensor2d(logits));
        assertClose(value.dataSync(), [loss], "loss");
        assertClose(grad.dataSync(), gradient, "gradient");
      });
    });
  }

  it("stays finite for a score that is far off", () => {
    tf.tidy(() => {
      const loss = crossEntropy(tf.tensor2d([[1e4, -1e4]]), tf.tensor1d([1], "int32"));
      assertClose(loss.dataSync(), [2e4], "loss");
    });
  });

  it("refuses a label that is no class, and shapes that do not fit", () => {
    tf.tidy(() => {
      const scores = tf.tensor2d(logits);
      const refused = (run: () => unknown): void => assert.throws(run, InputError);
      refused(() => crossEntropy(scores, tf.tensor1d([0, 1, 2, 3], "int32")));
      refused(() => crossEntropy(scores, tf.tensor1d([0, 1, 2, -1], "int32")));
      refused(() => crossEntropy(scores, tf.tensor1d([0, 1], "int32")));
      refused(() => crossEntropy(scores, tf.zeros<Tensor2D["rankType"]>([4, 2])));
      refused(() => crossEntropy(scores, tf.tensor1d(labels, "int32"), { weights: [1, 2] }));
      refused(() => crossEntropy(scores, tf.tensor1d(labels, "int32"), { smoothing: 2 }));
    });
  });
});
