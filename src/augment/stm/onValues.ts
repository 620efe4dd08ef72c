import { tf, type Augmentation, type Rng, type Settings, type Tensor4D } from "../../core";
import { augmentation } from "../augmentation";

/** A batch as plain numbers, NHWC. */
export interface Batch {
  readonly values: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Changes the values of a batch where they lie. */
export type Change = (batch: Batch, rng: Rng) => void;

/** What augmentations of this kind do, so that of several after each other the values are copied once. */
const changes = new WeakMap<Augmentation, Change>();

/** What an augmentation does with the generator that it is given, if it is of this kind. */
export function changeOf(step: Augmentation): Change | undefined {
  return changes.get(step);
}

/**
 * An augmentation out of a function that changes a copy of the batch. What a microscope does runs along the lines, pixel
 * after pixel, which plain loops do faster than tensors. [b,h,w,c] -> [b,h,w,c]
 */
export function onValues(
  name: string,
  settings: Settings | undefined,
  change: Change,
): Augmentation {
  const made = augmentation(name, settings, (images, rng) =>
    changed(images, (batch) => change(batch, rng)),
  );
  changes.set(made, (batch, rng) => change(batch, rng.fork(name)));
  return made;
}

/** Images with values that were changed in a copy. [b,h,w,c] -> [b,h,w,c] */
export function changed(images: Tensor4D, change: (batch: Batch) => void): Tensor4D {
  const [count, height, width, channels] = images.shape;
  // The copy matters: before TensorFlow has used a tensor this is the caller's own array.
  const values = images.dataSync<"float32">().slice();
  change({ values, count, height, width, channels });
  return tf.tensor4d(values, images.shape);
}

/** Calls for each image with its values, in order. */
export function eachImage(
  batch: Batch,
  change: (image: Float32Array, index: number) => void,
): void {
  const size = batch.height * batch.width * batch.channels;
  for (let i = 0; i < batch.count; i++) {
    change(batch.values.subarray(i * size, (i + 1) * size), i);
  }
}
