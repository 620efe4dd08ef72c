import { checkProbability, type Augmentation } from "../core";
import { augmentation, checkColour, happens } from "./augmentation";
import { applyColourMaps, saturationMap } from "./colourMap";

/** How often colour is dropped. */
export interface GreyscaleOptions {
  /** Probability of each image to lose its colour. @default 0.2 */
  readonly probability?: number;
}

/**
 * Replaces red, green and blue of some images by their luminance, 0.299 R + 0.587 G + 0.114 B. [b,h,w,3] -> [b,h,w,3]
 * @throws InputError if images do not have 3 channels, or the probability is outside [0,1]
 */
export function greyscale({ probability = 0.2 }: GreyscaleOptions = {}): Augmentation {
  checkProbability("probability", probability);
  return augmentation("greyscale", (images, rng) => {
    checkColour("greyscale", images);
    const maps = Array.from({ length: images.shape[0] }, () =>
      saturationMap(happens(rng, probability) ? 0 : 1),
    );
    return applyColourMaps(images, maps);
  });
}
