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
const filter = (kernel: number, made: number): Tensor4D => tf.tensor4d(noise(8, kernel ** 2 * 8 * made), [kernel, kernel, 8, made]); // prettier-ignore
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
  ...[
    [3, 1, 8],
    [3, 1, 16],
    [3, 2, 16],
    [1, 1, 16],
  ].flatMap(([kernel, stride, made]) => [
    convolve(kernel, stride)(values(1), filter(kernel, made)),
    ...tf.grads(convolve(kernel, stride))([values(1), filter(kernel, made)]),
  ]),
].map((tensor) => sha256(new Uint8Array(tensor.dataSync().buffer)));
process.stdout.write(sha256(all.join(" ")));
