import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  configureBackend,
  createRng,
  openGpu,
  sha256,
  StoppedError,
  tf,
  trainableVariables,
  type Device,
  type Network,
  type Progress,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from "../../src/core";
import { fineTune } from "../../src/classify";
import { ntXent } from "../../src/losses";
import { buildNetwork, embedImages } from "../../src/nets";
import { none, simclr } from "../../src/pretrain";
import { stripes } from "../study/fixtures";

/*
 * The program of a process with a GPU: trains on both devices and tells what came out, as JSON. Words: "parity", "bytes", or "again" for the bytes of trainings that
 * are not stopped.
 */

const images = stripes({ perClass: 6, size: 8, noise: 0.6 });
const encoder = { resnet: { depth: 8, width: 2 } } as const;
/** Of a training whose numbers are compared, and of one whose bits are. */
const [steps, fewSteps] = [20, 6];

/** How far two devices are apart, each relative to the largest value. */
export interface Parity {
  readonly gpu: string;
  /** Of the first pass: the loss, and for each variable its gradient. */
  readonly loss: number;
  readonly gradients: Readonly<Record<string, number>>;
  /** Of a whole training: losses of all steps, and what is embedded or predicted after it. */
  readonly trainings: Readonly<Record<string, { readonly losses: number; readonly out: number }>>;
  readonly backend: string;
  readonly tensorsLeft: number;
}

/** What trainings on the GPU gave: their bits, in hexadecimal. */
export interface Bytes {
  readonly whole: string;
  readonly resumed: string;
  /** The checkpoint's refusal on the other device. */
  readonly refused: string;
}

const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const scale = Math.max(...Array.from(a, Math.abs));
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]))) / scale;
};

/** A loss and the gradients of these weights. */
function backwards(network: Network): { readonly names: string[]; readonly all: Tensor[] } {
  const weights = trainableVariables(network);
  const pixels = images.pixels.read(Int32Array.from({ length: 12 }, (_, i) => i));
  const all = tf.tidy(() => {
    const seen: Tensor4D = tf.tensor4d(pixels, [12, 8, 8, 1]);
    const { value, grads } = tf.variableGrads(() => {
      const [a, b] = tf.split<Tensor2D>(network.apply(seen, true), 2);
      return ntXent(a, b, { temperature: 0.5 });
    }, [...weights.values()]);
    return [value, ...Array.from(weights.values(), ({ name }) => grads[name])];
  });
  return { names: [...weights.keys()], all };
}

async function firstPass(): Promise<Pick<Parity, "loss" | "gradients" | "gpu">> {
  const gpu = await openGpu();
  const network = buildNetwork(encoder, images.shape, createRng(3));
  const here = backwards(network);
  const values = here.all.map((tensor) => tensor.dataSync());
  const there = gpu.during(() => backwards(network));
  await gpu.fetch(there.all);
  const off = there.all.map((tensor, i) => apart(values[i], tensor.dataSync()));
  tf.dispose([...here.all, ...there.all]);
  network.dispose();
  const gradients = Object.fromEntries(here.names.map((name, i) => [name, off[i + 1]]));
  return { gpu: gpu.name, loss: off[0], gradients };
}

type Training = (on: Progress, steps: number) => Promise<Float32Array>;

const trainings: Readonly<Record<string, Training>> = {
  simclr: async (on, steps) => {
    const small = { encoder, epochs: steps / 2, batchSize: 9, hiddenDim: 8, outputDim: 8 };
    const made = await simclr({ ...small, learningRate: 0.05 })(images, createRng(5), on);
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

async function train(
  name: string,
  device: Device,
  steps: number,
  on: Progress = {},
): Promise<{ readonly losses: number[]; readonly out: Float32Array }> {
  configureBackend({ threads: 2, device });
  const losses: number[] = [];
  const report: Progress["report"] = (event) => {
    if (event.unit === "step") losses.push(event.values?.["loss"] ?? NaN);
    on.report?.(event);
  };
  return { out: await trainings[name]({ ...on, report }, steps), losses };
}

async function parity(): Promise<Parity> {
  const before = tf.memory().numTensors;
  const first = await firstPass();
  const found: Record<string, { losses: number; out: number }> = {};
  for (const name of Object.keys(trainings)) {
    const [here, there] = [
      await train(name, "tensorflow", steps),
      await train(name, "webgpu", steps),
    ];
    if (here.losses.length !== steps) throw new Error(`${here.losses.length} steps of ${name}`);
    found[name] = { losses: apart(here.losses, there.losses), out: apart(here.out, there.out) };
  }
  const tensorsLeft = tf.memory().numTensors - before;
  return { ...first, trainings: found, tensorsLeft, backend: tf.getBackend() };
}

async function bytes(alsoStopped: boolean): Promise<Bytes> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-gpu-"));
  const checkpoint = path.join(folder, "checkpoint");
  const hash = ({ buffer }: Float32Array): string => sha256(Buffer.from(buffer));
  const resumed: string[] = [];
  const whole: string[] = [];
  let refused = "";
  try {
    for (const name of Object.keys(trainings)) {
      whole.push(hash((await train(name, "webgpu", fewSteps)).out));
      if (!alsoStopped) continue;
      const stop = new AbortController();
      const report: Progress["report"] = ({ done }) => {
        if (done === 3) stop.abort();
      };
      const stopped = await train(name, "webgpu", fewSteps, { checkpoint, signal: stop.signal, report }).catch((error: unknown) => error); // prettier-ignore
      if (!(stopped instanceof StoppedError)) throw new Error(`${name} did not stop`);
      if (refused === "")
        refused = String(await train(name, "tensorflow", fewSteps, { checkpoint }).catch((error: unknown) => error)); // prettier-ignore
      resumed.push(hash((await train(name, "webgpu", fewSteps, { checkpoint })).out));
      fs.rmSync(checkpoint);
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  return { whole: whole.join(), resumed: resumed.join(), refused };
}

async function main(): Promise<void> {
  configureBackend({ threads: 2 });
  await tf.ready();
  const word = process.argv[2];
  const told = word === "parity" ? await parity() : await bytes(word === "bytes");
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

void main();
