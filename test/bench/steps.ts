/*
 * Times a step of training from scratch, forward, backward and AdamW of a ResNet-18 on 32 x 32 images, here and in PyTorch, in turn and each in a process of
 * its own, and prints a table with the ratio of each one's best:
 *
 *   node --import tsx test/bench/steps.ts [PYTHON]
 *
 * PYTHON is that of a throw-away environment with torch==2.9.1; without it only ours is timed. Needs a quiet machine.
 */
import * as path from "node:path";
import {
  createRng,
  joinVariables,
  tf,
  trainableVariables,
  type Tensor2D,
  type Tensor4D,
} from "../../src/core";
import { crossEntropy } from "../../src/losses";
import { buildNetwork, linear } from "../../src/nets";
import { adamW, constant, trainLoop } from "../../src/train";
import { median, milliseconds } from "./peer";

const steps = 30;
const warmUp = 8;
const rounds = 5;

const batches = [4, 10, 64, 256];
const widths = [8];
/** Threads of a kernel here and in PyTorch, and whether kernels run side by side here. */
const ways = [
  { threads: 1, sideBySide: "off" },
  { threads: 1, sideBySide: "on" },
  { threads: 2, sideBySide: "off" },
  { threads: 2, sideBySide: "on" },
] as const;

/** Milliseconds of a step with this number of images, the median. */
async function timeOurs(batch: number, width: number): Promise<number> {
  const rng = createRng(3);
  const network = buildNetwork({ resnet: { depth: 18, width } }, [32, 32, 3], rng.fork("network"));
  const head = linear({ inputDim: network.dim, outputDim: 10 }, rng.fork("head"));
  const variables = joinVariables({ network, head });
  const classes = Int32Array.from({ length: batch }, (_, i) => i % 10);
  const labels = tf.tidy(() => tf.oneHot(tf.tensor1d(classes), 10).toFloat() as Tensor2D);
  const images = tf.randomNormal([batch, 32, 32, 3], 0, 1, "float32", 7);
  const times: number[] = [];
  let start = 0;
  await trainLoop({
    task: "bench",
    variables,
    trainable: trainableVariables({ variables }),
    steps: warmUp + steps,
    prepare: () => {
      start = performance.now();
      return { images: images.clone(), labels: labels.clone() };
    },
    loss: (batch) =>
      crossEntropy(head.apply(network.apply(batch.images as Tensor4D, true), true), batch.labels), // prettier-ignore
    optimiser: adamW({ weightDecay: 0.05 }),
    schedule: constant(0.001),
    rng: rng.fork("steps"),
    on: { report: () => times.push(performance.now() - start) },
  });
  return median(times.slice(warmUp));
}

type Way = (typeof ways)[number];

function ours(batch: number, width: number, { threads, sideBySide }: Way): number {
  const env = { TF_NUM_INTRAOP_THREADS: String(threads), TF_NUM_INTEROP_THREADS: "1", FEWSCOPE_SIDE_BY_SIDE: sideBySide }; // prettier-ignore
  return milliseconds(process.execPath, ["--import", "tsx", __filename, "one", String(batch), String(width)], env); // prettier-ignore
}

function theirs(python: string, batch: number, width: number, { threads }: Way): number {
  const script = path.join(__dirname, "peers", "step.py");
  const sizes = Object.entries({ batch, width, threads, steps }).flatMap(([name, value]) => [`--${name}`, String(value)]); // prettier-ignore
  return Math.min(
    ...["contiguous", "channels_last"].map((layout) =>
      milliseconds(python, [script, ...sizes, "--layout", layout]),
    ),
  );
}

function table(python: string | undefined): void {
  console.log("milliseconds a step, the faster memory layout of PyTorch; median of rounds in turn");
  for (const width of widths) {
    for (const batch of batches) {
      const found = ways.map((way) => {
        const turns = Array.from({ length: rounds }, () => ({
          here: ours(batch, width, way),
          there: python === undefined || way.sideBySide === "on" ? Infinity : theirs(python, batch, width, way), // prettier-ignore
        }));
        return { here: median(turns.map(({ here }) => here)), there: median(turns.map(({ there }) => there)) }; // prettier-ignore
      });
      const best = (of: "here" | "there"): number => Math.min(...found.map((one) => one[of]));
      const cells = found.map(
        ({ here, there }, i) =>
          `${ways[i].threads === 1 ? "one thread" : "two threads"}${ways[i].sideBySide === "on" ? ", side by side" : ""} ${here.toFixed(1)}${Number.isFinite(there) ? ` | ${there.toFixed(1)}` : ""}`, // prettier-ignore
      );
      console.log(`width ${width}, batch ${batch}: ${cells.join("; ")}; best against best ${(best("there") / best("here")).toFixed(2)}x`); // prettier-ignore
    }
  }
}

async function main(): Promise<void> {
  const [first, batch, width] = process.argv.slice(2);
  if (first !== "one") table(first);
  else console.log(JSON.stringify({ milliseconds: await timeOurs(Number(batch), Number(width)) }));
}

void main();
