import { define, InputError, option, type Augmentation, type OptionTable } from "../core";
import { augmentation } from "./augmentation";
import { copyRectangles, type Beyond, type PixelSpan } from "./resample";

/** How far images are shifted, and what comes in from outside. */
export interface RandomCropOptions {
  /** Largest shift in pixels, each way. @default an eighth of the images' shorter edge, rounded, at least 1: 4 for 32 pixels */
  readonly padding?: number;
  /** What lies beyond the border: the image mirrored at it, or zeros. @default "reflect" */
  readonly mode?: Beyond;
}

const definition = define("randomCrop", 1, {
  padding: option.integer({ min: 0 }),
  mode: option.choice(["reflect", "zero"], { default: "reflect" }),
} satisfies OptionTable<RandomCropOptions>);

/**
 * Shifts each image by whole pixels, as a crop of its own size out of the padded image. Values stay as they are, bit
 * by bit. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if the padding is not a whole number, or too large to mirror the image
 */
export function randomCrop(given: RandomCropOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { mode } = options;
  return augmentation(definition.name, settings, (images, rng) => {
    const [, height, width] = images.shape;
    const padding = options.padding ?? anEighth(Math.min(height, width));
    if (mode === "reflect" && padding >= Math.min(height, width)) {
      throw new InputError({
        got: `padding ${padding} for images of ${height} x ${width} pixels`,
        expected: `at most ${Math.min(height, width) - 1}, what a mirrored image can fill`,
        todo: 'Lower the padding, or use mode "zero".',
      });
    }
    const rectangle = (): [PixelSpan, PixelSpan] => {
      const top = rng.integer(2 * padding + 1) - padding;
      const left = rng.integer(2 * padding + 1) - padding;
      return [
        [top, top + height - 1],
        [left, left + width - 1],
      ];
    };
    return copyRectangles(images, rectangle, { padding, beyond: mode });
  });
}
randomCrop.definition = definition;

/** A mirrored image can fill no more than its edge less 1. */
function anEighth(edge: number): number {
  return Math.min(edge - 1, Math.max(1, Math.round(edge / 8)));
}
