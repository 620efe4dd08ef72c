import { checkProbability, type Augmentation } from "../core";
import { augmentation, happens } from "./augmentation";
import { copyRectangles } from "./resample";

/** How often images are mirrored. */
export interface FlipOptions {
  /** Probability that left and right change places. @default 0.5 */
  readonly horizontal?: number;
  /** Probability that top and bottom change places. @default 0 */
  readonly vertical?: number;
}

/**
 * Mirrors each image at random. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if a probability is outside [0,1]
 */
export function flip({ horizontal = 0.5, vertical = 0 }: FlipOptions = {}): Augmentation {
  checkProbability("horizontal", horizontal);
  checkProbability("vertical", vertical);
  return augmentation("flip", (images, rng) => {
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
