import { define, option, tf, type Augmentation, type OptionTable } from "../core";
import { augmentation, happens, imageDeviation, perImage } from "./augmentation";

/** How far the level of images is moved. */
export interface BrightnessOptions {
  /** Largest shift, in standard deviations of the image's own values. @default 0.4 */
  readonly strength?: number;
  /** Probability that an image is changed. @default 1 */
  readonly probability?: number;
}

const definition = define("brightness", 1, {
  strength: option.number({ min: 0, default: 0.4 }),
  probability: option.share({ default: 1 }),
} satisfies OptionTable<BrightnessOptions>);

/**
 * Adds one number to all values of each image: a share, drawn evenly from -strength to strength, of the image's own
 * standard deviation. So it means the same for bytes, nanometres and picometres; nothing is clipped.
 * [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function brightness(given: BrightnessOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { strength, probability } = options;
  return augmentation(definition.name, settings, (images, rng) => {
    const share = perImage(images.shape[0], () => {
      const shift = rng.between(-strength, strength);
      return happens(rng, probability) ? shift : 0;
    });
    return tf.add(images, tf.mul(share, imageDeviation(images)));
  });
}
brightness.definition = definition;
