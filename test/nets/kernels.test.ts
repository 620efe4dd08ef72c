import assert from "node:assert/strict";
import {
  createRng,
  tf,
  trainableVariables,
  type Scalar,
  type Tensor4D,
  type Variable,
} from "../../src/core";
import { buildNetwork, projector } from "../../src/nets";
import { assertClose, noise } from "../fixtures/networkParity";

/** Output, gradients and running statistics of a network with a projector, one after the other. */
function everything(): number[] {
  const network = buildNetwork({ resnet: { depth: 8, width: 3 } }, [9, 8, 2], createRng(1));
  const head = projector({ inputDim: 12, hiddenDim: 5, outputDim: 4 }, createRng(2));
  const trainable = [network, head].flatMap((part) => [...trainableVariables(part).values()]);
  const all: number[] = [];
  tf.tidy(() => {
    const images: Tensor4D = tf.tensor4d(noise(1, 6 * 9 * 8 * 2), [6, 9, 8, 2]);
    const { value, grads } = tf.variableGrads(() => {
      const y = head.apply(network.apply(images, true), true);
      return y.mul(tf.tensor(noise(2, y.size), y.shape)).sum<Scalar>();
    }, trainable);
    all.push(...value.dataSync());
    for (const variable of trainable) all.push(...grads[variable.name].dataSync());
    for (const part of [network, head]) {
      for (const variable of part.variables.values()) all.push(...variable.dataSync());
    }
    all.push(...head.apply(network.apply(images, false), false).dataSync());
  });
  network.dispose();
  head.dispose();
  return all;
}

/** Output in evaluation, and its gradients with respect to images and weights, where running statistics, scale and offset are no longer what they begin as. */
function evaluated(): number[] {
  const network = buildNetwork({ resnet: { depth: 8, width: 3 } }, [9, 8, 2], createRng(1));
  const all: number[] = [];
  tf.tidy(() => {
    [...network.variables].forEach(([name, variable], i) => {
      const values = noise(i + 3, variable.size).map((v) => (name.endsWith("running_var") ? 0.5 + v * v : v)); // prettier-ignore
      if (name.includes("bn")) variable.assign(tf.tensor(values, variable.shape));
    });
    const images: Tensor4D = tf.tensor4d(noise(1, 6 * 9 * 8 * 2), [6, 9, 8, 2]);
    const score = (x: Tensor4D): Scalar => {
      const y = network.apply(x, false);
      return y.mul(tf.tensor(noise(2, y.size), y.shape)).sum<Scalar>();
    };
    const trainable = [...trainableVariables(network).values()];
    const { value, grads } = tf.variableGrads(() => score(images), trainable);
    all.push(
      ...value.dataSync(),
      ...tf
        .grad(score as never)(images)
        .dataSync(),
    );
    for (const variable of trainable) all.push(...grads[variable.name].dataSync());
  });
  network.dispose();
  return all;
}

describe("nets/kernels", () => {
  it("give on a plain backend what the native kernels give in evaluation, gradients too", async () => {
    const native = evaluated();
    const before = tf.getBackend();
    try {
      await tf.setBackend("cpu");
      assertClose(evaluated(), native, "value", { relative: 1e-3, absolute: 1e-4 });
    } finally {
      await tf.setBackend(before);
    }
  });

  it("give on a plain backend what the native kernels give", async () => {
    const native = everything();
    const before = tf.getBackend();
    try {
      await tf.setBackend("cpu");
      const plain = everything();
      assertClose(plain, native, "value", { relative: 1e-3, absolute: 1e-4 });
    } finally {
      await tf.setBackend(before);
    }
  });

  it("leave running statistics alone in evaluation, and move them by a tenth in training", () => {
    const network = buildNetwork({ resnet: { depth: 8, width: 2 } }, [4, 4, 1], createRng(1));
    const mean = network.variables.get("stem.bn.running_mean") as Variable;
    tf.tidy(() => {
      const images: Tensor4D = tf.tensor4d(noise(1, 48), [3, 4, 4, 1]);
      network.apply(images, false);
      assert.deepEqual([...mean.dataSync()], [0, 0]);
      network.apply(images, true);
      const once = mean.dataSync();
      network.apply(images, true);
      // m1 = 0.1 b, m2 = 0.9 m1 + 0.1 b
      assertClose(
        mean.dataSync(),
        once.map((m) => 1.9 * m),
        "running mean",
      );
    });
    network.dispose();
  });
});
