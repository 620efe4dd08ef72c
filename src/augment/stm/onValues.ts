import { tf, type Augmentation, type Rng, type Settings } from "../../core";
import { augmentation } from "../augmentation";

/** A batch as plain numbers, NHWC. */
export interface Batch {
  readonly values: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * An augmentation out of a function that changes a copy of the batch. What a microscope does runs along the lines, pixel
 * after pixel, which plain loops do faster than tensors. [b,h,w,c] -> [b,h,w,c]
 */
export function onValues(
  name: string,
  settings: Settings | undefined,
  change: (batch: Batch, rng: Rng) => void,
): Augmentation {
  return augmentation(name, settings, (images, rng) => {
    const [count, height, width, channels] = images.shape;
    // The copy matters: before TensorFlow has used a tensor this is the caller's own array.
    const values = images.dataSync<"float32">().slice();
    change({ values, count, height, width, channels }, rng);
    return tf.tensor4d(values, images.shape);
  });
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
