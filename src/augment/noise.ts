import { define, option, tf, type Augmentation, type OptionTable } from "../core";
import {
  augmentation,
  drawFrom,
  happens,
  imageDeviation,
  perImage,
  type Range,
} from "./augmentation";
import { fillNormal } from "./normals";
import { range } from "./options";

/** How much noise is added. */
export interface NoiseOptions {
  /** Standard deviation of the noise, drawn evenly for each image, or one number for all. @default [0, 0.1] */
  readonly sigma?: Range | number;
  /** Whether sigma counts in the unit of the values, instead of standard deviations of the image. @default false */
  readonly absolute?: boolean;
  /** Probability that an image is changed. @default 1 */
  readonly probability?: number;
}

const definition = define("noise", 1, {
  sigma: range({ min: 0, default: [0, 0.1] }),
  absolute: option.flag({ default: false }),
  probability: option.share({ default: 1 }),
} satisfies OptionTable<NoiseOptions>);

/**
 * Adds independent normal noise to every value; nothing is clipped. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function noise(given: NoiseOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { sigma, absolute, probability } = options;
  return augmentation(definition.name, settings, (images, rng) => {
    const values = new Float32Array(images.size);
    fillNormal(values, rng.fork("values"));
    const amount = perImage(images.shape[0], () => {
      const drawn = drawFrom(rng, sigma);
      return happens(rng, probability) ? drawn : 0;
    });
    const scale = absolute ? amount : tf.mul(amount, imageDeviation(images));
    return tf.add(images, tf.mul(tf.tensor4d(values, images.shape), scale));
  });
}
noise.definition = definition;
