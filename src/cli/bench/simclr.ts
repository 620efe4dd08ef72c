import * as os from "node:os";
import {
  checkInteger,
  createRng,
  imageSet,
  joinVariables,
  tf,
  trainableVariables,
  type ImageSet,
  type Rng,
  type Tensor2D,
  type Tensor4D,
} from "../../core";
import { photo } from "../../augment";
import { ntXent } from "../../losses";
import { buildNetwork, projector, setInputStatistics, type EncoderSpec } from "../../nets";
import { batches, constant, sgd, trainLoop } from "../../train";

/** What a step of SimCLR is timed on. */
export interface SimclrBenchOptions {
  /** Layers of the ResNet. @default 18 */
  readonly depth?: number;
  /** Channels of its first stage. @default 8 */
  readonly width?: number;
  /** Edge of the images, in pixels. @default 32 */
  readonly size?: number;
  /** @default 3 */
  readonly channels?: number;
  /** Images in a step, each with two views. @default 128 */
  readonly batch?: number;
  /** Steps that count, after the warm-up. @default 20 */
  readonly steps?: number;
}

/** How fast SimCLR went; an image is one image with both its views. */
export interface SimclrBench {
  readonly bench: "simclr";
  readonly depth: number;
  readonly width: number;
  readonly size: number;
  readonly channels: number;
  readonly batch: number;
  readonly steps: number;
  /** Images a second of the whole step, augmentation included; median over steps. */
  readonly imagesPerSecond: number;
  /** Images a second of the step without reading and augmentation; median over steps. */
  readonly imagesPerSecondStepAlone: number;
  readonly threads: number;
  readonly tensorflow: string;
  readonly node: string;
  /** Largest memory of the process, MiB. */
  readonly peakMemory: number;
}

/** Steps before the clock counts: memory pools and kernels are made in them, and the faster way is found. */
const warmUp = 20;

/**
 * Times training steps of SimCLR on random images: reading, augmentation, forward, backward, update.
 * @throws InputError if an option is out of range
 */
export async function benchSimclr(options: SimclrBenchOptions = {}): Promise<SimclrBench> {
  const { depth = 18, width = 8, size = 32, channels = 3, batch = 128, steps = 20 } = options;
  for (const [name, value] of Object.entries({ size, channels, batch, steps })) {
    checkInteger(name, value, { min: 1 });
  }
  const rng = createRng(1);
  const images = randomImages(2 * batch, size, channels, rng.fork("images"));
  const times = await timeSteps(images, { resnet: { depth, width } }, batch, steps, rng);
  const { binding } = tf.backend() as unknown as { binding?: { TF_Version?: string } };
  return {
    bench: "simclr",
    depth,
    width,
    size,
    channels,
    batch,
    steps,
    imagesPerSecond: rounded(batch / median(times.whole)),
    imagesPerSecondStepAlone: rounded(batch / median(times.alone)),
    threads: Number(process.env["TF_NUM_INTRAOP_THREADS"] ?? os.availableParallelism()),
    tensorflow: binding?.TF_Version ?? tf.getBackend(),
    node: process.version,
    peakMemory: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

function randomImages(n: number, size: number, channels: number, rng: Rng): ImageSet {
  const length = n * size * size * channels;
  const pixels = Uint8Array.from({ length }, () => rng.integer(256));
  return imageSet({ name: "random", pixels, shape: [size, size, channels] });
}

/** Seconds of each step, whole and without making the views. */
async function timeSteps(
  images: ImageSet,
  encoder: EncoderSpec,
  batch: number,
  steps: number,
  rng: Rng,
): Promise<{ whole: number[]; alone: number[] }> {
  const [h, w, c] = images.shape;
  const network = buildNetwork(encoder, images.shape, rng.fork("weights"));
  setInputStatistics(network, images);
  const sizes = { inputDim: network.dim, hiddenDim: network.dim, outputDim: 128 };
  const head = projector(sizes, rng.fork("projector"));
  const order = batches({ count: 2 * batch, batchSize: batch, rng: rng.fork("order") });
  const views = photo.views({ channels: c });
  const whole: number[] = [];
  const alone: number[] = [];
  let [stepStart, viewSeconds] = [performance.now(), 0];
  try {
    await trainLoop({
      task: "bench",
      variables: joinVariables({ encoder: network, projector: head }),
      trainable: trainableVariables({
        variables: joinVariables({ encoder: network, projector: head }),
      }),
      steps: warmUp + steps,
      prepare: (step, stepRng) => {
        const start = performance.now();
        const pixels = tf.tensor4d(images.pixels.read(order.at(step)), [batch, h, w, c]);
        const both = views(tf.concat([pixels, pixels]), stepRng.fork("views"));
        viewSeconds = (performance.now() - start) / 1000;
        return both;
      },
      loss: (both: Tensor4D) => {
        const embedded = head.apply(network.apply(both, true), true);
        const [a, b] = tf.split<Tensor2D>(embedded, 2);
        return ntXent(a, b);
      },
      optimiser: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
      schedule: constant(0.01),
      rng: rng.fork("steps"),
      on: {
        report: () => {
          const now = performance.now();
          whole.push((now - stepStart) / 1000);
          alone.push((now - stepStart) / 1000 - viewSeconds);
          stepStart = now;
        },
      },
    });
  } finally {
    network.dispose();
    head.dispose();
  }
  return { whole: whole.slice(warmUp), alone: alone.slice(warmUp) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
