/*
 * The work of `npm run bench -- card`, in a process of its own, so that a GPU that fails takes nothing else along:
 *
 *   work.ts facts|parity|first|simclr [--depth 18] [--width 8] [--size 32] [--batch 128] [--steps 60] [--seconds 8] [--warm-up 5] [--views photo|fixed]
 *
 * One JSON line. "facts" tells which GPU there is; "parity" and "first" how far it is from the processor, in small trainings and in the first pass of the network
 * that is timed; "simclr" images a second of SimCLR on it, an image being one image with both its views, median over steps.
 */
import { parseArgs } from "node:util";
import {
  checkInteger,
  checkNumber,
  checkOneOf,
  configureBackend,
  createRng,
  imageSet,
  InputError,
  openGpu,
  StoppedError,
  tf,
  type Augmentation,
  type ImageSet,
} from "../../../src/core";
import { photo } from "../../../src/augment";
import type { EncoderSpec } from "../../../src/nets";
import { simclr } from "../../../src/pretrain";
import { firstPass, gpuParity } from "../../train/gpuParity";
import { median, tell } from "../peer";
import { viewNames, type ViewName } from "./told";

function randomImages(count: number, size: number): ImageSet {
  const rng = createRng(1);
  const pixels = Uint8Array.from({ length: 3 * count * size * size }, () => rng.integer(256));
  return imageSet({ name: "random", pixels, shape: [size, size, 3] });
}

/** Both views are the image itself: what is left is reading it, the step, and the way to the GPU. */
const fixed: Augmentation = (images) => images.clone();

/** What differs between two timings. */
interface Timed {
  readonly encoder: EncoderSpec;
  readonly images: ImageSet;
  readonly steps: number;
  readonly seconds: number;
  readonly warmUp: number;
  readonly views: Augmentation;
}

/** Seconds of each step after the warm-up: as many as were asked for, or as fit in the time, three at least. */
async function timeSimclr(timed: Timed): Promise<readonly number[]> {
  const { encoder, images, steps, seconds, warmUp, views } = timed;
  // All images in every step.
  const train = simclr({ encoder, batchSize: images.ids.length, epochs: warmUp + steps, views });
  const times: number[] = [];
  const stop = new AbortController();
  let before = performance.now();
  const report = (): void => {
    const now = performance.now();
    times.push((now - before) / 1000);
    before = now;
    const counted = times.slice(warmUp);
    const spent = counted.reduce((a, b) => a + b, 0);
    if (counted.length >= Math.min(3, steps) && spent > seconds) stop.abort();
  };
  try {
    (await train(images, createRng(2), { report, signal: stop.signal })).dispose();
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
  }
  return times.slice(warmUp);
}

const allViews: Readonly<Record<ViewName, Augmentation>> = {
  photo: photo.views({ mirror: true }),
  fixed,
};

const words = ["facts", "parity", "first", "simclr"] as const;

async function main(): Promise<void> {
  const number = (value: number): { type: "string"; default: string } => ({ type: "string", default: String(value) }); // prettier-ignore
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      depth: number(18),
      width: number(8),
      size: number(32),
      batch: number(128),
      steps: number(60),
      seconds: number(8),
      "warm-up": number(5),
      views: { type: "string", default: "photo" },
    },
  });
  const word = checkOneOf("work", positionals[0], words);
  if (word === "parity") return tell({ ...(await gpuParity()) });
  configureBackend({ device: "webgpu" });
  await tf.ready();
  const processor = tf.getBackend();
  const gpu = (await openGpu()).name;
  if (word === "facts") return tell({ gpu, processor });
  const count = (name: "depth" | "width" | "size" | "batch" | "steps" | "warm-up"): number =>
    checkInteger(`--${name}`, Number(values[name]), { min: 1 });
  const encoder = { resnet: { depth: count("depth"), width: count("width") } };
  const batch = count("batch");
  const images = randomImages(batch, count("size"));
  if (word === "first") return tell({ ...(await firstPass(encoder, images, batch)) });
  const times = await timeSimclr({
    encoder,
    images,
    steps: count("steps"),
    seconds: checkNumber("--seconds", Number(values.seconds), { min: 0 }),
    warmUp: count("warm-up"),
    views: allViews[checkOneOf("--views", values.views, viewNames)],
  });
  tell({ imagesPerSecond: batch / median(times), steps: times.length, gpu, processor });
}

void main().catch((error: unknown) => {
  if (error instanceof InputError) {
    const { got, expected, todo } = error;
    console.log(JSON.stringify({ refused: { got, expected, todo } }));
  }
  console.error(error instanceof InputError ? error.message : error);
  process.exitCode = 1;
});
