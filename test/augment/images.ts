import { createRng, tf, type Augmentation, type Rng, type Tensor4D } from "../../src/core";

// TensorFlow takes a second or more to load, which is not the first test's fault.
before(function () {
  this.timeout(60_000);
  tf.memory();
});

/** An image batch as plain numbers. */
export interface Batch {
  readonly values: Float32Array;
  readonly shape: readonly [count: number, height: number, width: number, channels: number];
}

/** Uniform values; heights get a range beyond [0,1] on purpose. */
export function randomBatch(shape: Batch["shape"], low = 0, high = 1, seed = 1): Batch {
  const rng = createRng(seed).fork("test images");
  const length = shape[0] * shape[1] * shape[2] * shape[3];
  return { values: Float32Array.from({ length }, () => rng.between(low, high)), shape };
}

/** The same image n times, so that differences come from the draws alone. */
export function repeated(count: number, image: Batch): Batch {
  const [, h, w, c] = image.shape;
  const values = new Float32Array(count * image.values.length);
  for (let i = 0; i < count; i++) values.set(image.values, i * image.values.length);
  return { values, shape: [count, h, w, c] };
}

/** Applies an augmentation and brings the result back. */
export function apply(
  change: Augmentation,
  batch: Batch,
  rng: Rng = createRng(5).fork("test"),
): Batch {
  const images = tf.tensor4d(batch.values, [...batch.shape]);
  try {
    const changed: Tensor4D = change(images, rng);
    const result: Batch = { values: changed.dataSync<"float32">().slice(), shape: changed.shape };
    changed.dispose();
    return result;
  } finally {
    images.dispose();
  }
}

/** Values of one image. */
export function image({ values, shape }: Batch, index: number): Float32Array {
  const size = shape[1] * shape[2] * shape[3];
  return values.subarray(index * size, (index + 1) * size);
}

/** Mean and standard deviation. */
export function moments(values: ArrayLike<number>): { mean: number; deviation: number } {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const square = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length;
  return { mean, deviation: Math.sqrt(square) };
}

/** Largest absolute difference. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Infinity;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}
