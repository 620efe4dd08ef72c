/*
 * Tells the SHA-256 of what convolutions, and a batch norm with a shortcut, give and of their gradients, and of views, for the test of threads, of which a process has one number:
 *
 *   TF_NUM_INTRAOP_THREADS=3 node --import tsx test/nets/normBits.ts
 */
import { photo } from "../../src/augment";
import { createRng, sha256, tf, type Tensor, type Tensor1D, type Tensor4D } from "../../src/core";
import { batchNormTraining, convolution } from "../../src/nets/kernels";
import { noise } from "../fixtures/networkParity";

const values = (seed: number): Tensor4D => tf.tensor4d(noise(seed, 64 * 32 * 32 * 8), [64, 32, 32, 8]); // prettier-ignore
const words = (seed: number): Tensor1D => tf.tensor1d(noise(seed, 8));
const norm = { runningMean: words(5), runningVariance: words(6) };
const apply = (x: Tensor4D, scale: Tensor1D, offset: Tensor1D, side: Tensor4D): Tensor4D =>
  batchNormTraining(x, { ...norm, scale, offset }, { relu: true, side }).y;
const given = [values(1), words(2), words(3), values(4)] as const;
const gradients = tf.grads((...all: Tensor[]) => apply(...(all as unknown as typeof given)))(
  given as unknown as Tensor[],
  values(7),
);
// Of few channels, and of so many that threads share the sums of a filter's gradient.
const [few, many] = [values(1), tf.tensor4d(noise(10, 3 * 12 * 11 * 256), [3, 12, 11, 256])];
const filter = (kernel: number, taken: number, made: number): Tensor4D => tf.tensor4d(noise(8, kernel ** 2 * taken * made), [kernel, kernel, taken, made]); // prettier-ignore
const convolve =
  (kernel: number, stride: number) =>
  (x: Tensor, weights: Tensor): Tensor => {
    const way = { stride, padding: (kernel - 1) / 2, training: true };
    return convolution(x as Tensor4D, weights as Tensor4D, way);
  };
const all = [
  apply(...given),
  ...gradients,
  photo.views({ mirror: true })(tf.tensor4d(noise(9, 96 * 16 * 16 * 3).map(Math.abs), [96, 16, 16, 3]), createRng(1)), // prettier-ignore
  ...(
    [
      [few, 3, 1, 8],
      [few, 3, 1, 16],
      [few, 3, 2, 16],
      [few, 1, 1, 16],
      [many, 3, 1, 256],
      [many, 3, 2, 128],
      [many, 1, 1, 512],
    ] as const
  ).flatMap(([x, kernel, stride, made]) => {
    const weights = filter(kernel, x.shape[3], made);
    const convolved = convolve(kernel, stride);
    // What is given is freed on the way back.
    return [convolved(x, weights), ...tf.grads(convolved)([x.clone(), weights.clone()])];
  }),
].map((tensor) => sha256(new Uint8Array(tensor.dataSync().buffer)));
process.stdout.write(sha256(all.join(" ")));
