import {
  createRng,
  tf,
  trainableVariables,
  type Network,
  type Scalar,
  type Tensor4D,
  type Variable,
} from "../../src/core";
import { buildNetwork, type EncoderSpec } from "../../src/nets";
import { assertClose, digest, noise, parity } from "../fixtures/networkParity";
import { fillLikePython } from "./fillLikePython";

function gradientsOf(network: Network, images: Tensor4D): Map<string, ArrayLike<number>> {
  const gradients = new Map<string, ArrayLike<number>>();
  const trainable = trainableVariables(network);
  tf.tidy(() => {
    const { grads } = tf.variableGrads(() => {
      const y = network.apply(images, true);
      const slope = tf.tensor(noise(8, y.size), y.shape);
      return y.mul(slope).sum<Scalar>();
    }, [...trainable.values()]);
    for (const [name, variable] of trainable) {
      gradients.set(name, grads[variable.name].dataSync());
    }
  });
  return gradients;
}

describe("networks beside PyTorch's", () => {
  for (const { name, spec, shape, ...expected } of parity.networks) {
    it(`give the same outputs, running statistics and gradients: ${name}`, () => {
      const [b, h, w, c] = shape;
      const network = buildNetwork(spec as EncoderSpec, [h, w, c], createRng(1));
      const images = tf.tensor4d(noise(7, b * h * w * c), [b, h, w, c]);
      try {
        fillLikePython(trainableVariables(network));
        const training = tf.tidy(() => digest(network.apply(images, true).dataSync()));
        assertClose(training, expected.training, "training");
        for (const [key, values] of Object.entries(expected.running)) {
          const variable = network.variables.get(key) as Variable;
          assertClose(digest(variable.dataSync()), values, key);
        }
        const evaluation = tf.tidy(() => digest(network.apply(images, false).dataSync()));
        assertClose(evaluation, expected.evaluation, "evaluation");
        const gradients = gradientsOf(network, images);
        for (const [key, values] of Object.entries(expected.gradients)) {
          assertClose(digest(gradients.get(key) ?? []), values, key, { absolute: 1e-4 });
        }
      } finally {
        network.dispose();
        images.dispose();
      }
    });
  }
});
