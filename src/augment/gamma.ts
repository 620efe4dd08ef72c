import { define, option, tf, type Augmentation, type OptionTable } from "../core";
import { augmentation, happens, perImage, type Range } from "./augmentation";
import { range } from "./options";

/** How the grey scale of images is bent. */
export interface GammaOptions {
  /** Exponents, drawn evenly on a logarithmic scale, above 0. @default [0.8, 1.25] */
  readonly range?: Range;
  /** Probability that an image is changed. @default 1 */
  readonly probability?: number;
}

const definition = define("gamma", 1, {
  range: range({ min: 0, aboveMin: true, default: [0.8, 1.25] }),
  probability: option.share({ default: 1 }),
} satisfies OptionTable<GammaOptions>);

/**
 * Bends the values of each image within its own range: with lowest value l and highest value m,
 * x -> l + (m - l) ((x - l) / (m - l))^gamma. So l and m stay, and heights need not lie in [0,1].
 * [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function gamma(given: GammaOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const [low, high] = options.range.map(Math.log);
  return augmentation(definition.name, settings, (images, rng) => {
    const exponent = perImage(images.shape[0], () => {
      const drawn = Math.exp(rng.between(low, high));
      return happens(rng, options.probability) ? drawn : 1;
    });
    const lowest = tf.min(images, [1, 2, 3], true);
    const extent = tf.sub(tf.max(images, [1, 2, 3], true), lowest);
    // An image of one value has no range; any extent above 0 leaves it as it is.
    const share = tf.div(tf.sub(images, lowest), tf.maximum(extent, 1e-30));
    return tf.add(lowest, tf.mul(extent, tf.pow(share, exponent)));
  });
}
gamma.definition = definition;
