import { define, option, tf, type Augmentation, type OptionTable } from "../core";
import { augmentation, drawFrom, factorRange, happens, imageMean, perImage } from "./augmentation";

/** How much the contrast of images is changed. */
export interface ContrastOptions {
  /** Deviations are multiplied by a factor from 1 - strength (never below 0) to 1 + strength. @default 0.4 */
  readonly strength?: number;
  /** Probability that an image is changed. @default 1 */
  readonly probability?: number;
}

const definition = define("contrast", 1, {
  strength: option.number({ min: 0, default: 0.4 }),
  probability: option.share({ default: 1 }),
} satisfies OptionTable<ContrastOptions>);

/**
 * Stretches or shrinks the deviations of each image from its own mean, over all channels together; nothing is clipped.
 * For heights this is the gain of the z piezo. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function contrast(given: ContrastOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const factors = factorRange(options.strength);
  return augmentation(definition.name, settings, (images, rng) => {
    const change = perImage(images.shape[0], () => {
      const factor = drawFrom(rng, factors);
      return happens(rng, options.probability) ? factor - 1 : 0;
    });
    // x + (f - 1)(x - mean) leaves an image with f = 1 as it is, bit by bit.
    return tf.add(images, tf.mul(change, tf.sub(images, imageMean(images))));
  });
}
contrast.definition = definition;
