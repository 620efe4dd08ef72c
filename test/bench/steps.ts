/*
 * Times a step of training from scratch, forward, backward and AdamW of a ResNet-18 on 32 x 32 images, without all that a trial has around it:
 *
 *   node --import tsx test/bench/steps.ts BATCH [WIDTH] [STEPS]
 *
 * One JSON line with milliseconds a step, the median. Beside PyTorch: `npm run bench -- all --only step`.
 */
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
import { median, tell } from "./peer";

const warmUp = 20;

/** Milliseconds of a step with this number of images, the median. */
async function timeOurs(batch: number, width: number, steps: number): Promise<number> {
  const rng = createRng(3);
  const network = buildNetwork({ resnet: { depth: 18, width } }, [32, 32, 3], rng.fork("network"));
  const head = linear({ inputDim: network.dim, outputDim: 10 }, rng.fork("head"));
  const variables = joinVariables({ network, head });
  const classes = Int32Array.from({ length: batch }, (_, i) => i % 10);
  const labels = tf.tidy(() => tf.oneHot(tf.tensor1d(classes), 10).toFloat() as Tensor2D);
  const images = tf.randomNormal([batch, 32, 32, 3], 0, 1, "float32", 7);
  const at: number[] = [];
  await trainLoop({
    task: "bench",
    variables,
    trainable: trainableVariables({ variables }),
    steps: warmUp + steps,
    prepare: () => ({ images: images.clone(), labels: labels.clone() }),
    loss: (batch) =>
      crossEntropy(head.apply(network.apply(batch.images as Tensor4D, true), true), batch.labels), // prettier-ignore
    optimiser: adamW({ weightDecay: 0.05 }),
    schedule: constant(0.001),
    rng: rng.fork("steps"),
    on: { report: () => at.push(performance.now()) },
  });
  // From one report to the next: a batch is prepared beside the step before it, or right after that.
  return median(
    at
      .slice(1)
      .map((time, i) => time - at[i])
      .slice(warmUp),
  );
}

async function main(): Promise<void> {
  const [batch, width = 8, steps = 30] = process.argv.slice(2).map(Number);
  tell({ milliseconds: await timeOurs(batch, width, steps) });
}

void main();
