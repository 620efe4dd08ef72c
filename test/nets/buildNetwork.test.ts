import assert from "node:assert/strict";
import { createRng, InputError, tf, trainableVariables, type Variable } from "../../src/core";
import { buildNetwork, linear, projector, type EncoderSpec } from "../../src/nets";

const resnet = (depth: number, width = 2): EncoderSpec => ({ resnet: { depth, width } });

function dimOf(spec: EncoderSpec, shape: [number, number, number]): number {
  const network = buildNetwork(spec, shape, createRng(1));
  const [b, dim] = tf.tidy(
    () => network.apply(tf.zeros([2, ...shape]).as4D(2, ...shape), false).shape,
  );
  network.dispose();
  assert.equal(b, 2);
  assert.equal(dim, network.dim);
  return dim;
}

describe("nets/buildNetwork", () => {
  it("gives vectors of the length it says, for any number of channels", () => {
    tf.tidy(() => {
      assert.equal(dimOf(resnet(8), [12, 10, 1]), 8);
      assert.equal(dimOf(resnet(10), [12, 10, 5]), 16);
      assert.equal(dimOf(resnet(14), [7, 9, 2]), 8);
      assert.equal(dimOf(resnet(18), [1, 1, 3]), 16);
      assert.equal(dimOf({ conv4: { width: 3 } }, [32, 48, 1]), 3 * 2 * 3);
      assert.equal(dimOf({ conv4: { width: 3, pool: "average" } }, [32, 48, 1]), 3);
    });
  });

  it("has as many weights as PyTorch's ResNet-18 with a small stem", () => {
    const network = buildNetwork({ resnet: { depth: 18, width: 8 } }, [32, 32, 3], createRng(1));
    const count = [...trainableVariables(network).values()].reduce((sum, v) => sum + v.size, 0);
    network.dispose();
    // sum(p.numel() for p in Resnet([2, 2, 2, 2], 8, 3).parameters()) in networkParity.py
    assert.equal(count, 175_752);
  });

  it("names running statistics and input statistics apart from what is trained", () => {
    const network = buildNetwork(resnet(8), [8, 8, 1], createRng(1));
    const trained = new Set(trainableVariables(network).keys());
    const others = [...network.variables.keys()].filter((name) => !trained.has(name));
    network.dispose();
    assert.ok(trained.has("stage2.0.downsample.conv.weight"));
    assert.ok(others.every((name) => /^input\.|running_(mean|var)$/.test(name)));
    assert.deepEqual(others.slice(0, 4), [
      "input.mean",
      "input.std",
      "stem.bn.running_mean",
      "stem.bn.running_var",
    ]);
  });

  it("draws the same weights from the same seed, with the spread of He's initialisation", () => {
    const weights = (seed: number): ArrayLike<number> => {
      const network = buildNetwork(resnet(8, 32), [8, 8, 1], createRng(seed));
      const values = (network.variables.get("stage1.0.conv1.weight") as Variable).dataSync();
      network.dispose();
      return values;
    };
    const values = Array.from(weights(1));
    assert.deepEqual(values, Array.from(weights(1)));
    assert.notDeepEqual(values, Array.from(weights(2)));
    const variance = values.reduce((sum, v) => sum + v * v, 0) / values.length;
    // 2 / (3*3*32); 9216 draws have a relative spread of 1.5 %
    assert.ok(Math.abs(variance * 144 - 1) < 0.05, String(variance * 144));
  });

  it("refuses what cannot be built", () => {
    const refused = (
      spec: unknown,
      message: RegExp,
      shape: [number, number, number] = [8, 8, 1],
    ): void =>
      assert.throws(
        () => buildNetwork(spec as EncoderSpec, shape, createRng(1)),
        (error) => error instanceof InputError && message.test(error.message),
      );
    refused(resnet(19), /encoder.resnet.depth 19.*one of 8, 10/);
    refused(resnet(8, 0), /encoder.resnet.width 0/);
    refused({}, /exactly one of resnet, conv4/);
    refused({ resnet: { depth: 8 }, conv4: {} }, /exactly one of resnet, conv4/);
    refused({ resnett: {} }, /Did you mean "resnet"/);
    refused({ conv4: { pool: "max" } }, /one of flatten, average/);
    refused({ conv4: {} }, /at least 16x16/, [15, 32, 1]);
    refused(resnet(8), /image channels 0/, [8, 8, 0]);
  });
});

describe("nets/heads", () => {
  it("give vectors of the length asked for, and only norms have running statistics", () => {
    const head = projector({ inputDim: 3, hiddenDim: 4, outputDim: 5, layers: 3 }, createRng(1));
    const names = [...head.variables.keys()];
    const shape = tf.tidy(() => head.apply(tf.ones([2, 3]), true).shape);
    head.dispose();
    assert.deepEqual(shape, [2, 5]);
    assert.ok(names.includes("2.bn.running_var"));
    assert.ok(!names.some((name) => name.endsWith("linear.bias")));
  });

  it("end in a plain linear layer with bias when the output is not normed", () => {
    const options = { inputDim: 3, hiddenDim: 4, outputDim: 5, finalNorm: false };
    const head = projector(options, createRng(1));
    const names = [...head.variables.keys()];
    head.dispose();
    assert.deepEqual(names.slice(-2), ["1.linear.weight", "1.linear.bias"]);
  });

  it("start within PyTorch's bounds", () => {
    const head = linear({ inputDim: 16, outputDim: 50 }, createRng(1));
    const values = [...head.variables.values()].flatMap((v) => Array.from(v.dataSync()));
    head.dispose();
    assert.equal(values.length, 850);
    assert.ok(Math.max(...values) <= 0.25 && Math.max(...values) > 0.24);
    assert.throws(() => linear({ inputDim: 0, outputDim: 1 }, createRng(1)), InputError);
  });
});
