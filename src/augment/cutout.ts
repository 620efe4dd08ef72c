import { define, InputError, option, tf, type Augmentation, type OptionTable } from "../core";
import { augmentation, imageMean } from "./augmentation";
import { fill as fillOption } from "./options";

/** What is covered, and with what. */
export interface CutoutOptions {
  /** Edge of the square in pixels. @default 8 */
  readonly size?: number;
  /** Value of the covered pixels, or "mean" for each image's own mean. @default 0 */
  readonly fill?: number | "mean";
}

const definition = define("cutout", 1, {
  size: option.count({ default: 8 }),
  fill: fillOption({ default: 0 }),
} satisfies OptionTable<CutoutOptions>);

/**
 * Covers one random square of each image; its centre may be any pixel, so that it may stick out.
 * [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if the square is larger than the image, or an option is out of range
 * @see DeVries & Taylor 2017, arXiv:1708.04552
 */
export function cutout(given: CutoutOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { size, fill } = options;
  return augmentation(definition.name, settings, (images, rng) => {
    const [count, height, width] = images.shape;
    if (size > Math.min(height, width)) {
      throw new InputError({
        got: `cutout size ${size} for images of ${height} x ${width} pixels`,
        expected: `at most ${Math.min(height, width)}`,
        todo: "Lower size.",
      });
    }
    const covered = new Uint8Array(count * height * width);
    const reach = Math.floor(size / 2);
    for (let i = 0; i < count; i++) {
      const top = rng.integer(height) - reach;
      const left = rng.integer(width) - reach;
      for (let y = Math.max(0, top); y < Math.min(height, top + size); y++) {
        const row = (i * height + y) * width;
        covered.fill(1, row + Math.max(0, left), row + Math.min(width, left + size));
      }
    }
    const mask = tf.tensor(covered, [count, height, width, 1], "bool");
    const value = fill === "mean" ? imageMean(images) : tf.fill([count, 1, 1, 1], fill);
    return tf.where(mask, tf.broadcastTo(value, images.shape), images);
  });
}
cutout.definition = definition;
