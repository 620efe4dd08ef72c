import type { Augmentation, ImageSet } from "../core";
import { compose, flip, randomCrop } from "../augment";

/** Views that keep what is up and how bright it is: mirrored left to right in half of the cases, shifted by up to an eighth. */
export function mildViews({ shape: [height, width] }: ImageSet): Augmentation {
  const padding = Math.max(1, Math.round(Math.min(height, width) / 8));
  return compose(flip({ horizontal: 0.5 }), randomCrop({ padding }));
}
