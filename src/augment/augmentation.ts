import {
  InputError,
  known,
  tf,
  type Augmentation,
  type Rng,
  type Settings,
  type Tensor4D,
} from "../core";

/** Smallest and largest value of what is drawn uniformly. */
export type Range = readonly [low: number, high: number];

/**
 * Gives a change of images its name, its settings, draws that depend on the generator's path only, and a tidy workplace. The result
 * is always a tensor of its own, so that the caller may dispose of it.
 */
export function augmentation(
  name: string,
  settings: Settings | undefined,
  apply: Augmentation,
): Augmentation {
  const named = (images: Tensor4D, rng: Rng): Tensor4D =>
    tf.tidy(() => {
      const changed = apply(images, rng.fork(name));
      return changed === images ? images.clone() : changed;
    });
  // compose tells augmentations apart by it.
  return known(Object.defineProperty(named, "name", { value: name }), settings);
}

/** One number for each image, to be broadcast over its pixels. n -> [n,1,1,1] */
export function perImage(count: number, draw: (image: number) => number): Tensor4D {
  return tf.tensor4d(
    Float32Array.from({ length: count }, (_, i) => draw(i)),
    [count, 1, 1, 1],
  );
}

/** Whether something with this probability happens; costs one draw always, so that later draws stay put. */
export function happens(rng: Rng, probability: number): boolean {
  return rng.uniform() < probability;
}

/** A uniform draw from a range. */
export function drawFrom(rng: Rng, [low, high]: Range): number {
  return rng.between(low, high);
}

/** Mean of each image over all its values. [b,h,w,c] -> [b,1,1,1] */
export function imageMean(images: Tensor4D): Tensor4D {
  return tf.mean(images, [1, 2, 3], true);
}

/** Standard deviation of each image over all its values. [b,h,w,c] -> [b,1,1,1] */
export function imageDeviation(images: Tensor4D): Tensor4D {
  // The mean goes first: heights may lie far from zero, and squares of them would lose all digits.
  const deviations: Tensor4D = tf.sub(images, imageMean(images));
  return tf.sqrt(imageMean(tf.square(deviations)));
}

/** Factors between 1 - strength and 1 + strength, never below 0. */
export function factorRange(strength: number): Range {
  return [Math.max(0, 1 - strength), 1 + strength];
}

/** @throws InputError if the images do not have red, green and blue */
export function checkColour(name: string, images: Tensor4D): void {
  if (images.shape[3] === 3) return;
  throw new InputError({
    got: `${name} for images of ${images.shape[3]} channels`,
    expected: "3 channels: red, green and blue",
    todo: "Use brightness and contrast instead, which work for any number of channels.",
  });
}
