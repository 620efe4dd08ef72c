import * as os from "node:os";
import { checkInteger, createRng, imageSet, tf, type Pretrain, type Rng } from "../../core";
import { pretrainings, selfSupervised } from "../../study";

/** What every method is timed on. */
export interface PretrainBenchOptions {
  /** Edge of the images, in pixels. @default 32 */
  readonly size?: number;
  /** @default 3 */
  readonly channels?: number;
  /** Images in a step. @default 128 */
  readonly batch?: number;
  /** Channels of the first stage of a ResNet-10. @default 8 */
  readonly width?: number;
  /** Rounds in which each method trains for 4 steps; the first does not count. @default 4 */
  readonly rounds?: number;
}

/** How fast one method went. */
export interface PretrainBench {
  readonly bench: "pretrain";
  readonly method: string;
  /** Median over steps, views included. */
  readonly millisecondsPerImage: number;
  /** Time of an image relative to SimCLR's. */
  readonly relative: number;
  readonly size: number;
  readonly channels: number;
  readonly batch: number;
  readonly width: number;
  readonly threads: number;
  readonly tensorflow: string;
}

const stepsPerRound = 4;

/**
 * Times a step of every self-supervised method on random images; the methods take turns, so that a busy machine is busy for all.
 * @throws InputError if an option is out of range
 */
export async function benchPretrain(options: PretrainBenchOptions = {}): Promise<PretrainBench[]> {
  const { size = 32, channels = 3, batch = 128, width = 8, rounds = 4 } = options;
  for (const [name, value] of Object.entries({ size, channels, batch, width }))
    checkInteger(name, value, { min: 1 });
  checkInteger("rounds", rounds, { min: 2 });
  const rng = createRng(1);
  const length = stepsPerRound * batch * size * size * channels;
  const pixels = Uint8Array.from({ length }, () => rng.integer(256));
  const images = imageSet({ name: "random", pixels, shape: [size, size, channels] });
  const common = { epochs: 1, batchSize: batch, encoder: { resnet: { depth: 10, width } } };
  // MoCo's queue goes by the number of images, which are few here.
  const own: Readonly<Record<string, object>> = { moco: { queueSize: 4096 } };
  const methods = Object.fromEntries(
    selfSupervised.map((name): [string, Pretrain] => [
      name,
      pretrainings[name]({ ...common, ...own[name] } as never),
    ]),
  );
  const times = new Map(Object.keys(methods).map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, method] of Object.entries(methods)) {
      const steps = await timeSteps(method, images, rng.fork(`round ${round}`));
      // Memory pools and kernels are made in the first round, what a training sets up in a round's first step.
      if (round > 0) times.get(name)?.push(...steps.slice(1));
    }
  }
  const { binding } = tf.backend() as unknown as { binding?: { TF_Version?: string } };
  const simclr = median(times.get("simclr") ?? []);
  return Array.from(times, ([method, own]) => ({
    bench: "pretrain",
    method,
    millisecondsPerImage: rounded(median(own) / batch, 4),
    relative: rounded(median(own) / simclr, 2),
    size,
    channels,
    batch,
    width,
    threads: Number(process.env["TF_NUM_INTRAOP_THREADS"] ?? os.availableParallelism()),
    tensorflow: binding?.TF_Version ?? tf.getBackend(),
  }));
}

/** Milliseconds of each step of a training. */
async function timeSteps(
  method: Pretrain,
  images: Parameters<Pretrain>[0],
  rng: Rng,
): Promise<number[]> {
  const steps: number[] = [];
  let last = performance.now();
  const report = (): void => {
    const now = performance.now();
    steps.push(now - last);
    last = now;
  };
  const made = await method(images, rng, { report });
  made.dispose();
  return steps;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
