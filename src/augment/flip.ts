import { define, option, type Augmentation, type OptionTable } from "../core";
import { augmentation, happens } from "./augmentation";
import { copyRectangles } from "./resample";

/** How often images are mirrored. */
export interface FlipOptions {
  /** Probability that left and right change places. @default 0.5 */
  readonly horizontal?: number;
  /** Probability that top and bottom change places. @default 0 */
  readonly vertical?: number;
}

const definition = define("flip", 1, {
  horizontal: option.share({ default: 0.5 }),
  vertical: option.share({ default: 0 }),
} satisfies OptionTable<FlipOptions>);

/**
 * Mirrors each image at random. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if a probability is outside [0,1]
 */
export function flip(given: FlipOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { horizontal, vertical } = options;
  return augmentation(definition.name, settings, (images, rng) => {
    const [, height, width] = images.shape;
    return copyRectangles(images, () => {
      const leftRight = happens(rng, horizontal);
      const upDown = happens(rng, vertical);
      return [
        upDown ? [height - 1, 0] : [0, height - 1],
        leftRight ? [width - 1, 0] : [0, width - 1],
      ];
    });
  });
}
flip.definition = definition;
