import { checkProbability, tf, type Augmentation } from "../core";
import {
  augmentation,
  checkRange,
  checkSwitch,
  drawFrom,
  happens,
  imageDeviation,
  perImage,
  type Range,
} from "./augmentation";
import { fillNormal } from "./normals";

/** How much noise is added. */
export interface NoiseOptions {
  /** Standard deviation of the noise, drawn evenly for each image, or one number for all. @default [0, 0.1] */
  readonly sigma?: Range | number;
  /** Whether sigma counts in the unit of the values, instead of standard deviations of the image. @default false */
  readonly absolute?: boolean;
  /** Probability that an image is changed. @default 1 */
  readonly probability?: number;
}

/**
 * Adds independent normal noise to every value; nothing is clipped. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function noise(options: NoiseOptions = {}): Augmentation {
  const { absolute = false, probability = 1 } = options;
  const sigma = checkRange("sigma", options.sigma ?? [0, 0.1], { min: 0 });
  checkSwitch("absolute", absolute);
  checkProbability("probability", probability);
  return augmentation("noise", (images, rng) => {
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
