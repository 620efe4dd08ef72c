import {
  configureBackend,
  createRng,
  openGpu,
  tf,
  trainableVariables,
  type Device,
  type ImageSet,
  type Network,
  type Progress,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from "../../src/core";
import { fineTune } from "../../src/classify";
import { ntXent } from "../../src/losses";
import { buildNetwork, embedImages, type EncoderSpec } from "../../src/nets";
import { none, simclr } from "../../src/pretrain";
import { stripes } from "../study/fixtures";

const images = stripes({ perClass: 6, size: 8, noise: 0.6 });
const encoder = { resnet: { depth: 8, width: 2 } } as const;
const steps = 20;

/** How far the first pass of a network on a GPU is from the processor's, each relative to the largest value. */
export interface FirstPass {
  readonly gpu: string;
  readonly loss: number;
  /** Of each variable. */
  readonly gradients: Readonly<Record<string, number>>;
}

/** How far two devices are apart, each relative to the largest value. */
export interface Parity extends FirstPass {
  /** Of a whole training: losses of all steps, and what is embedded or predicted after it. */
  readonly trainings: Readonly<Record<string, { readonly losses: number; readonly out: number }>>;
  /** What the processor computed with. */
  readonly backend: string;
  readonly tensorsLeft: number;
}

/** What a GPU is held to: rounding, and what twenty steps make of it. */
export const parityLimits = { loss: 1e-6, gradient: 1e-4, losses: 1e-4, out: 1e-3 } as const;

const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const scale = Math.max(...Array.from(a, Math.abs));
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]))) / scale;
};

/** A loss and the gradients of these weights. */
function backwards(
  network: Network,
  set: ImageSet,
  count: number,
): { readonly names: string[]; readonly all: Tensor[] } {
  const weights = trainableVariables(network);
  const pixels = set.pixels.read(Int32Array.from({ length: count }, (_, i) => i));
  const all = tf.tidy(() => {
    const seen: Tensor4D = tf.tensor4d(pixels, [count, ...set.shape]);
    const { value, grads } = tf.variableGrads(() => {
      const [a, b] = tf.split<Tensor2D>(network.apply(seen, true), 2);
      return ntXent(a, b, { temperature: 0.5 });
    }, [...weights.values()]);
    return [value, ...Array.from(weights.values(), ({ name }) => grads[name])];
  });
  return { names: [...weights.keys()], all };
}

/** A loss of the first images of a set and all its gradients, on both devices. @param count even */
export async function firstPass(
  spec: EncoderSpec,
  set: ImageSet,
  count: number,
): Promise<FirstPass> {
  const gpu = await openGpu();
  const network = buildNetwork(spec, set.shape, createRng(3));
  const here = backwards(network, set, count);
  const values = here.all.map((tensor) => tensor.dataSync());
  const there = gpu.during(() => backwards(network, set, count));
  await gpu.fetch(there.all);
  const off = there.all.map((tensor, i) => apart(values[i], tensor.dataSync()));
  tf.dispose([...here.all, ...there.all]);
  network.dispose();
  const gradients = Object.fromEntries(here.names.map((name, i) => [name, off[i + 1]]));
  return { gpu: gpu.name, loss: off[0], gradients };
}

type Training = (on: Progress, steps: number) => Promise<Float32Array>;

/** Small trainings, of a number of steps each, and what comes out of them. */
export const gpuTrainings: Readonly<Record<string, Training>> = {
  simclr: async (on, steps) => {
    const small = { encoder, epochs: steps / 2, batchSize: 9, hiddenDim: 8, outputDim: 8 };
    // At larger rates a ReLU that rounding flips parts two runs for good.
    const made = await simclr({ ...small, learningRate: 0.02 })(images, createRng(5), on);
    const rows = await embedImages(made, images);
    made.dispose();
    return rows;
  },
  fineTune: async (on, steps) => {
    const start = await none({ encoder })(images, createRng(3));
    const classifier = await fineTune({ steps, batchSize: 9 })(start, images, createRng(5), on);
    const rows = await classifier.predict(images);
    classifier.dispose();
    start.dispose();
    return rows;
  },
};

/** One of these trainings on a device: the loss of each step, and what comes out. */
export async function trainOn(
  device: Device,
  name: string,
  steps: number,
  on: Progress = {},
): Promise<{ readonly losses: number[]; readonly out: Float32Array }> {
  configureBackend({ threads: 2, device });
  const losses: number[] = [];
  const report: Progress["report"] = (event) => {
    if (event.unit === "step") losses.push(event.values?.["loss"] ?? NaN);
    on.report?.(event);
  };
  return { out: await gpuTrainings[name]({ ...on, report }, steps), losses };
}

/** The first pass and twenty steps of every training, on both devices. */
export async function gpuParity(): Promise<Parity> {
  // As each training asks for; told before the first tensor is made.
  configureBackend({ threads: 2 });
  await tf.ready();
  const before = tf.memory().numTensors;
  const first = await firstPass(encoder, images, 12);
  const trainings: Record<string, { losses: number; out: number }> = {};
  for (const name of Object.keys(gpuTrainings)) {
    const here = await trainOn("tensorflow", name, steps);
    const there = await trainOn("webgpu", name, steps);
    if (here.losses.length !== steps) throw new Error(`${here.losses.length} steps of ${name}`);
    trainings[name] = { losses: apart(here.losses, there.losses), out: apart(here.out, there.out) };
  }
  const tensorsLeft = tf.memory().numTensors - before;
  return { ...first, trainings, tensorsLeft, backend: tf.getBackend() };
}
