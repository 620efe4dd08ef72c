import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  createRng,
  InputError,
  joinVariables,
  StoppedError,
  tf,
  trainableVariables,
  type ProgressEvent,
  type Scalar,
  type Tensor2D,
  type Tensor4D,
  type Variable,
} from "../../src/core";
import { crossEntropy, ntXent } from "../../src/losses";
import { buildNetwork, linear, projector } from "../../src/nets";
import {
  adamW,
  batches,
  constant,
  lars,
  sgd,
  trainLoop,
  type Optimiser,
  type TrainLoopOptions,
} from "../../src/train";
import { assertClose, noise, parity } from "../fixtures/networkParity";
import { fillLikePython } from "../nets/fillLikePython";

interface Setup {
  readonly options: TrainLoopOptions<LabelledBatch>;
  readonly bytes: () => string;
  readonly dispose: () => void;
}

const steps = 6;

type LabelledBatch = { readonly images: Tensor4D; readonly labels: Tensor2D };

/** A small training with batch norm, random batches and random images. */
function setUp(optimiser: Optimiser = sgd({ weightDecay: 0.01 })): Setup {
  const rng = createRng(3);
  const network = buildNetwork({ resnet: { depth: 8, width: 2 } }, [6, 6, 1], rng.fork("network"));
  const head = linear({ inputDim: network.dim, outputDim: 2 }, rng.fork("head"));
  const variables = joinVariables({ network, head });
  const order = batches({ count: 20, batchSize: 8, rng: rng.fork("order") });
  const options: TrainLoopOptions<LabelledBatch> = {
    task: "test",
    variables,
    trainable: trainableVariables({ variables: joinVariables({ network, head }) }),
    steps,
    prepare: (step, stepRng) => {
      const values = Float32Array.from(order.at(step), (i) => i / 20 + stepRng.uniform());
      const labels = Float32Array.from({ length: 16 }, (_, i) =>
        order.at(step)[i >> 1] % 2 === i % 2 ? 1 : 0,
      );
      return {
        images: tf
          .tensor4d(noise(step, 8 * 36), [8, 6, 6, 1])
          .mul<Tensor4D>(tf.tensor4d(values, [8, 1, 1, 1])),
        labels: tf.tensor2d(labels, [8, 2]),
      };
    },
    loss: ({ images, labels }) =>
      crossEntropy(head.apply(network.apply(images, true), true), labels),
    optimiser,
    schedule: constant(0.05),
    rng: rng.fork("steps"),
  };
  return {
    options,
    bytes: () =>
      [...variables.values()].map((v) => Buffer.from(v.dataSync().buffer).toString("hex")).join(),
    dispose: () => {
      network.dispose();
      head.dispose();
    },
  };
}

describe("train/trainLoop", () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-train-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it("follows PyTorch's loss for twenty steps of a whole training", async () => {
    const network = buildNetwork({ resnet: { depth: 18, width: 8 } }, [16, 16, 3], createRng(1));
    const head = linear({ inputDim: 64, outputDim: 4 }, createRng(1));
    fillLikePython(trainableVariables(network));
    tf.tidy(() => {
      head.variables.get("weight")?.assign(
        tf.tensor2d(
          noise(50, 256).map((v) => v / 8),
          [64, 4],
        ),
      );
      head.variables.get("bias")?.assign(tf.zeros([4]));
    });
    const all = tf.tensor4d(noise(10, 64 * 16 * 16 * 3), [64, 16, 16, 3]);
    const { losses } = await trainLoop({
      task: "parity",
      variables: joinVariables({ network, head }),
      trainable: trainableVariables({ variables: joinVariables({ network, head }) }),
      steps: 20,
      prepare: (step) => tf.slice4d(all, [32 * (step % 2), 0, 0, 0], [32, 16, 16, 3]),
      loss: (images) => {
        const labels = Int32Array.from({ length: 32 }, (_, i) => i % 4);
        const scores = head.apply(network.apply(images, true), true);
        return crossEntropy(scores, tf.tensor1d(labels, "int32"));
      },
      optimiser: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
      schedule: constant(0.002),
      rng: createRng(1),
    });
    network.dispose();
    head.dispose();
    all.dispose();
    // networkParity.py runs in float64, and says why this is not closer.
    assertClose(losses, parity.training, "loss", { relative: 1e-3, absolute: 0 });
  });

  it("follows PyTorch's loss for twenty steps of SimCLR", async () => {
    const network = buildNetwork({ resnet: { depth: 18, width: 8 } }, [16, 16, 3], createRng(1));
    const head = projector({ inputDim: 64, hiddenDim: 64, outputDim: 32 }, createRng(1));
    fillLikePython(trainableVariables(network));
    for (const [i, outputs] of [64, 32].entries()) {
      const weights = noise(60 + i, 64 * outputs).map((v) => v * Math.sqrt(3 / 64));
      tf.tidy(() => {
        head.variables.get(`${i}.linear.weight`)?.assign(tf.tensor2d(weights, [64, outputs]));
      });
    }
    const shape: [number, number, number, number] = [64, 16, 16, 3];
    const size = 64 * 16 * 16 * 3;
    const values = [11, 12].map((seed) => noise(seed, size));
    const first = tf.tensor4d(values[0], shape);
    const second = tf.tensor4d(
      values[0].map((v, i) => v + 0.3 * values[1][i]),
      shape,
    );
    const { losses } = await trainLoop({
      task: "parity",
      variables: joinVariables({ network, head }),
      trainable: trainableVariables({ variables: joinVariables({ network, head }) }),
      steps: 20,
      prepare: (step) =>
        tf.tidy(() => {
          const half = (views: Tensor4D): Tensor4D =>
            tf.slice4d(views, [32 * (step % 2), 0, 0, 0], [32, 16, 16, 3]);
          return tf.concat4d([half(first), half(second)], 0);
        }),
      loss: (both) => {
        const [a, b] = tf.split(head.apply(network.apply(both, true), true), 2) as [
          Tensor2D,
          Tensor2D,
        ];
        return ntXent(a, b, { temperature: 0.5 });
      },
      optimiser: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
      schedule: constant(0.001),
      rng: createRng(1),
    });
    network.dispose();
    head.dispose();
    tf.dispose([first, second]);
    assert.ok(losses[19] < losses[0] - 0.05, "the training must get somewhere");
    assertClose(losses, parity.simclr, "loss", { relative: 1e-3, absolute: 0 });
  });

  for (const [name, optimiser] of Object.entries({
    sgd: sgd({ weightDecay: 0.01 }),
    adamW: adamW(),
    lars: lars({ trust: 0.1 }),
  })) {
    it(`goes on from a checkpoint to the same bits: ${name}`, async () => {
      const unbroken = setUp(optimiser);
      const { losses } = await trainLoop(unbroken.options);
      const expected = unbroken.bytes();
      unbroken.dispose();

      const checkpoint = path.join(folder, "checkpoint");
      const controller = new AbortController();
      const broken = setUp(optimiser);
      const report = ({ done }: ProgressEvent): void => {
        if (done === 3) controller.abort();
      };
      const on = { checkpoint, checkpointSeconds: 0, report, signal: controller.signal };
      await assert.rejects(trainLoop({ ...broken.options, on }), StoppedError);
      assert.notEqual(broken.bytes(), expected);
      broken.dispose();

      const resumed = setUp(optimiser);
      const seen: number[] = [];
      const result = await trainLoop({
        ...resumed.options,
        on: { checkpoint, report: ({ done }) => seen.push(done) },
      });
      const bytes = resumed.bytes();
      resumed.dispose();
      assert.deepEqual(seen, [4, 5, 6]);
      assert.equal(bytes, expected);
      assert.deepEqual(result.losses, losses);
    });
  }

  it("gives a finished training back from its checkpoint without a step", async () => {
    const on = { checkpoint: path.join(folder, "checkpoint") };
    const first = setUp();
    await trainLoop({ ...first.options, on });
    const expected = first.bytes();
    first.dispose();
    const second = setUp();
    const report = (): void => assert.fail("made a step");
    await trainLoop({ ...second.options, on: { ...on, report } });
    const bytes = second.bytes();
    second.dispose();
    assert.equal(bytes, expected);
  });

  it("reports each step and keeps the losses", async () => {
    const { options, dispose } = setUp();
    const events: ProgressEvent[] = [];
    const kept: [string, Float32Array][] = [];
    const { losses } = await trainLoop({
      ...options,
      on: {
        report: (event) => events.push(event),
        keep: (name, values) => kept.push([name, values]),
      },
    });
    dispose();
    assert.deepEqual(kept, [["loss", losses]]);
    assert.equal(losses.length, steps);
    assert.deepEqual(events.at(-1), {
      task: "test",
      done: steps,
      total: steps,
      unit: "step",
      values: { loss: losses[steps - 1] },
    });
  });

  it("refuses a checkpoint of another training, and a damaged one", async () => {
    const checkpoint = path.join(folder, "checkpoint");
    const setup = setUp();
    const on = { checkpoint };
    const again = (options: Partial<TrainLoopOptions<LabelledBatch>>): Promise<unknown> =>
      trainLoop({ ...setup.options, on, ...options });
    try {
      await again({});
      const whole = fs.readFileSync(checkpoint);
      await assert.rejects(again({ identity: "other images" }), /belongs to another training/);
      await assert.rejects(again({ steps: 7 }), /belongs to another training/);
      await assert.rejects(again({ rng: createRng(9) }), /belongs to another training/);
      for (const damaged of [
        Buffer.alloc(0),
        whole.subarray(0, 10),
        whole.subarray(0, whole.length - 1),
        Buffer.concat([
          whole.subarray(0, whole.length - 1),
          Buffer.from([whole[whole.length - 1] ^ 1]),
        ]),
      ]) {
        fs.writeFileSync(checkpoint, damaged);
        await assert.rejects(again({}), InputError);
      }
    } finally {
      setup.dispose();
    }
  });

  it("says at which step and rate the loss ceased to be a number", async () => {
    const { options, dispose } = setUp();
    const prepare: typeof options.prepare = (step, rng) => {
      const { images, labels } = options.prepare(step, rng);
      return { images: images.mul(step === 2 ? NaN : 1), labels };
    };
    await assert.rejects(
      trainLoop({ ...options, prepare }),
      /loss of NaN at step 3 of test, with learning rate 0.0500/,
    );
    dispose();
  });

  it("says which variable has no part in the loss", async () => {
    const idle: Variable = tf.tidy(() => tf.variable(tf.scalar(1)));
    const { options, dispose } = setUp();
    const trainable = new Map([...options.trainable, ["idle", idle] as const]);
    await assert.rejects(trainLoop({ ...options, trainable }), /"idle" has no part in the loss/);
    dispose();
    idle.dispose();
  });

  it("takes several tensors as a batch and disposes them", async () => {
    const weight: Variable = tf.tidy(() => tf.variable(tf.ones([2, 2])));
    const variables = new Map([["weight", weight]]);
    const { losses } = await trainLoop({
      task: "pair",
      variables,
      trainable: variables,
      steps: 2,
      prepare: () => ({ x: tf.ones([1, 2]), y: tf.zeros([1, 2]) }),
      loss: ({ x, y }) =>
        tf
          .matMul<Tensor2D>(x as Tensor2D, weight as unknown as Tensor2D)
          .sub(y)
          .square()
          .sum<Scalar>(),
      optimiser: sgd(),
      schedule: constant(0.01),
      rng: createRng(1),
    });
    weight.dispose();
    assert.equal(losses[0], 8);
    assert.ok(losses[1] < losses[0]);
  });

  it("prepares each step once, the next while one is at work, and aims it by the variables as they are", async () => {
    const weight = tf.tidy(() => tf.variable(tf.scalar(2)));
    const variables = new Map([["weight", weight]]);
    const steps = 8;
    const order: string[] = [];
    const seen: number[] = [];
    const drawn: number[] = [];
    const { losses } = await trainLoop({
      task: "ahead",
      variables,
      trainable: variables,
      steps,
      prepare: (step, rng) => {
        order.push(`prepare ${step}`);
        drawn.push(rng.uniform());
        return { x: tf.scalar(drawn[step]) };
      },
      aim: ({ x }, step, rng) => {
        order.push(`aim ${step}`);
        assert.equal(rng.path, `1/step ${step}`);
        seen.push(weight.dataSync()[0]);
        return { x, before: weight.clone() };
      },
      loss: ({ x, before }) => weight.mul(x).add<Scalar>(before.mul(0)),
      afterStep: (step) => order.push(`done ${step}`),
      optimiser: sgd({ momentum: 0 }),
      schedule: constant(0.5),
      rng: createRng(1),
    });
    weight.dispose();
    assert.deepEqual(
      order,
      Array.from({ length: steps }, (_, step) => [
        ...(step === 0 ? ["prepare 0"] : []),
        `aim ${step}`,
        ...(step + 1 < steps ? [`prepare ${step + 1}`] : []),
        `done ${step}`,
      ]).flat(),
    );
    let expected = 2;
    for (const [step, x] of drawn.entries()) {
      assert.ok(Math.abs(seen[step] - expected) < 1e-6);
      assert.ok(Math.abs(losses[step] - expected * x) < 1e-6);
      expected -= 0.5 * x;
    }
  });
});
