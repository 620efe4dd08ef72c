import { define, option, type Augmentation, type OptionTable } from "../core";
import { augmentation, checkColour, happens } from "./augmentation";
import { applyColourMaps, saturationMap } from "./colourMap";

/** How often colour is dropped. */
export interface GreyscaleOptions {
  /** Probability of each image to lose its colour. @default 0.2 */
  readonly probability?: number;
}

const definition = define("greyscale", 1, {
  probability: option.share({ default: 0.2 }),
} satisfies OptionTable<GreyscaleOptions>);

/**
 * Replaces red, green and blue of some images by their luminance, 0.299 R + 0.587 G + 0.114 B. [b,h,w,3] -> [b,h,w,3]
 * @throws InputError if images do not have 3 channels, or the probability is outside [0,1]
 */
export function greyscale(given: GreyscaleOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  return augmentation(definition.name, settings, (images, rng) => {
    checkColour(definition.name, images);
    const maps = Array.from({ length: images.shape[0] }, () =>
      saturationMap(happens(rng, options.probability) ? 0 : 1),
    );
    return applyColourMaps(images, maps);
  });
}
greyscale.definition = definition;
