import assert from "node:assert/strict";
import { createRng, tf, UNLABELLED, withLabels, type Encoder, type Factory } from "../../src/core";
import { nets, pretrain, study } from "../../src";
import { smallOptions } from "./everyMethod";
import { stripes } from "./fixtures";

const images = stripes({ perClass: 12, size: 16, noise: 0.6 });
const train = withLabels(
  images,
  images.labels.map((label, i) => (i < 9 ? label : UNLABELLED)),
);

/** Long enough for recordings to do most of the training; rates so high that a wrong bit would grow. */
const longer = { epochs: 10, steps: 10, episodes: 10, learningRate: 0.05 };

/** Learn in plain loops over numbers. */
const withoutTensors: readonly string[] = ["baseline", "baselinePlusPlus"];

const trains = ({ definition }: Factory<unknown>): boolean =>
  "learningRate" in definition.options && Object.keys(longer).some((name) => name in definition.options); // prettier-ignore

function optionsOf(factory: Factory<unknown>): object {
  const own = Object.entries(longer).filter(([name]) => name in factory.definition.options);
  return smallOptions(factory, { source: images }, Object.fromEntries(own));
}

/** Runs something with every kernel called from JavaScript, then with recordings, and counts what they did, then with recordings on two cores. */
async function everyWay<T>(
  work: () => Promise<T>,
): Promise<{ plain: T; repeated: T; sideBySide: T; repeats: number }> {
  // prettier-ignore
  const backend = tf.backend() as unknown as { binding: { beginProgram: (...args: unknown[]) => unknown } }; // prettier-ignore
  const { binding } = backend;
  let repeats = 0;
  process.env["FEWSCOPE_PROGRAMS"] = "off";
  try {
    const plain = await work();
    delete process.env["FEWSCOPE_PROGRAMS"];
    const counted = (...args: unknown[]): unknown => {
      repeats++;
      return binding.beginProgram(...args);
    };
    backend.binding = Object.create(binding, {
      beginProgram: { value: counted },
    }) as typeof binding;
    process.env["FEWSCOPE_SIDE_BY_SIDE"] = "off";
    const repeated = await work();
    process.env["FEWSCOPE_SIDE_BY_SIDE"] = "on";
    return { plain, repeated, repeats, sideBySide: await work() };
  } finally {
    delete process.env["FEWSCOPE_PROGRAMS"];
    delete process.env["FEWSCOPE_SIDE_BY_SIDE"];
    backend.binding = binding;
  }
}

const bytes = (values: Float32Array): string => Buffer.from(values.buffer).toString("hex");

describe("study/repeatedSteps: recorded steps give the same bits as kernels called one by one, also on two cores", function () {
  this.timeout(60_000);
  let start: Encoder;
  before(async () => {
    await tf.ready();
    start = await pretrain.none({ encoder: { resnet: { depth: 8, width: 2 } } })(images, createRng(3)); // prettier-ignore
  });
  after(() => start.dispose());

  for (const [name, factory] of Object.entries<Factory<unknown>>(study.pretrainings)) {
    if (!trains(factory)) continue;
    it(`pretrain.${name}`, async () => {
      const { plain, repeated, sideBySide, repeats } = await everyWay(async () => {
        const method = study.pretrainings[name as "simclr"](optionsOf(factory));
        const encoder = await method(images, createRng(5));
        const rows = await nets.embedImages(encoder, images);
        encoder.dispose();
        return bytes(rows);
      });
      assert.equal(repeated, plain);
      assert.equal(sideBySide, plain, "side by side");
      assert.ok(repeats > 0, `${repeats} steps were repeated`);
    });
  }

  for (const [name, factory] of Object.entries<Factory<unknown>>(study.classifiers)) {
    if (!trains(factory) || withoutTensors.includes(name)) continue;
    it(`classify.${name}`, async () => {
      const { plain, repeated, sideBySide, repeats } = await everyWay(async () => {
        const method = study.classifiers[name as "fineTune"](optionsOf(factory));
        const classifier = await method(start, train, createRng(5));
        const rows = await classifier.predict(images);
        classifier.dispose();
        return bytes(rows);
      });
      assert.equal(repeated, plain);
      assert.equal(sideBySide, plain, "side by side");
      assert.ok(repeats > 0, `${repeats} steps were repeated`);
    });
  }
});
