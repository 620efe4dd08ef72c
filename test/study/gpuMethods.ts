import {
  configureBackend,
  createRng,
  tf,
  UNLABELLED,
  withLabels,
  type Device,
  type Factory,
  type Known,
  type Progress,
} from "../../src/core";
import { nets, pretrain, study } from "../../src";
import { smallOptions } from "./everyMethod";
import { stripes } from "./fixtures";

/*
 * The program of a process with a GPU: trains every technique for some steps on both devices, and tells how far they are apart as JSON. Words: names of
 * techniques, or none for all.
 */

/** How far two devices are apart, relative to the largest value. */
export interface Apart {
  readonly steps: number;
  /** Of the first step, which sees the same weights. */
  readonly firstLoss: number;
  readonly losses: number;
  /** Embeddings or probabilities after all steps. */
  readonly out: number;
  readonly tensorsLeft: number;
}

const images = stripes({ perClass: 6, size: 8, noise: 0.6 });
const train = withLabels(
  images,
  images.labels.map((label, i) => (i < 6 ? label : UNLABELLED)),
);
const encoder = { resnet: { depth: 8, width: 2 } } as const;

/** Steps of so many, small since a GPU in software is slow, and short since rounding grows. */
const lengths = { epochs: 1, steps: 3, episodes: 3 };
const others = { learningRate: 0.01, batchSize: 6, hiddenDim: 8, outputDim: 8 };

/** Learn in plain loops over numbers. */
const withoutTensors: readonly string[] = ["baseline", "baselinePlusPlus"];

const trains = ([name, { definition }]: [string, Factory<Known>]): boolean =>
  "learningRate" in definition.options && Object.keys(lengths).some((each) => each in definition.options) && !withoutTensors.includes(name); // prettier-ignore

function optionsOf(factory: Factory<Known>): object {
  const own = Object.entries({ ...lengths, ...others }).filter(([name]) => name in factory.definition.options); // prettier-ignore
  return smallOptions(factory, { source: images }, Object.fromEntries(own));
}

type Training = (on: Progress) => Promise<Float32Array>;

function pretrainings(): [string, Training][] {
  return Object.entries<Factory<Known>>(study.pretrainings)
    .filter(trains)
    .map(([name, factory]) => [
      `pretrain.${name}`,
      async (on) => {
        const method = study.pretrainings[name as "simclr"](optionsOf(factory));
        const made = await method(images, createRng(5), on);
        const rows = await nets.embedImages(made, images);
        made.dispose();
        return rows;
      },
    ]);
}

function classifiers(): [string, Training][] {
  return Object.entries<Factory<Known>>(study.classifiers)
    .filter(trains)
    .map(([name, factory]) => [
      `classify.${name}`,
      async (on) => {
        const start = await pretrain.none({ encoder })(images, createRng(3));
        const method = study.classifiers[name as "fineTune"](optionsOf(factory));
        const classifier = await method(start, train, createRng(5), on);
        const rows = await classifier.predict(images);
        // What it began with is still there, wherever the training has taken it meanwhile.
        await nets.embedImages(start, images);
        classifier.dispose();
        start.dispose();
        return rows;
      },
    ]);
}

const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const scale = Math.max(...Array.from(a, Math.abs));
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]))) / scale;
};

async function run(
  training: Training,
  device: Device,
): Promise<{ readonly losses: readonly number[]; readonly out: Float32Array }> {
  configureBackend({ threads: 2, device });
  const losses: number[] = [];
  const out = await training({
    report: ({ values }) => {
      if (values?.["loss"] !== undefined) losses.push(values["loss"]);
    },
  });
  return { losses, out };
}

async function main(): Promise<void> {
  configureBackend({ threads: 2 });
  await tf.ready();
  const asked = process.argv.slice(2);
  const told: Record<string, Apart> = {};
  for (const [name, training] of [...pretrainings(), ...classifiers()]) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const before = tf.memory().numTensors;
    const [here, there] = [await run(training, "tensorflow"), await run(training, "webgpu")];
    told[name] = {
      steps: there.losses.length,
      firstLoss: apart(here.losses.slice(0, 1), there.losses),
      losses: apart(here.losses, there.losses),
      out: apart(here.out, there.out),
      tensorsLeft: tf.memory().numTensors - before,
    };
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

void main();
