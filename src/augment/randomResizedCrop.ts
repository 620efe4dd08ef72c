import { define, type Augmentation, type OptionTable, type Rng } from "../core";
import { augmentation, type Range } from "./augmentation";
import { range, size, type Size } from "./options";
import { resampleBoxes, type CropBox } from "./resample";

/** What part of an image is cut out, and to which size it is brought. */
export interface RandomResizedCropOptions {
  /** Edge of the result in pixels, or [height, width]. @default the size of the images */
  readonly size?: Size;
  /** Share of the image's area, above 0 and up to 1. @default [0.08, 1] */
  readonly scale?: Range;
  /** Width over height of the part, drawn evenly on a logarithmic scale. @default [3/4, 4/3] */
  readonly ratio?: Range;
}

const definition = define("randomResizedCrop", 1, {
  size: size(),
  scale: range({ min: 0, aboveMin: true, max: 1, default: [0.08, 1] }),
  ratio: range({ min: 0, aboveMin: true, default: [3 / 4, 4 / 3] }),
} satisfies OptionTable<RandomResizedCropOptions>);

/**
 * Cuts a random part out of each image and brings it to one size, bilinearly. Places are not rounded to whole pixels.
 * [b,h,w,c] -> [b,size,size,c]
 * @throws InputError if an option is out of range
 * @see Szegedy et al. 2015, arXiv:1409.4842; Chen et al. 2020, arXiv:2002.05709, appendix A
 */
export function randomResizedCrop(given: RandomResizedCropOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { scale, ratio } = options;
  return augmentation(definition.name, settings, (images, rng) => {
    const [count, height, width] = images.shape;
    const boxes = Array.from({ length: count }, () => drawBox(height, width, scale, ratio, rng));
    return resampleBoxes(images, boxes, options.size ?? [height, width]);
  });
}
randomResizedCrop.definition = definition;

/** Draws one part of an image whose share of the area and whose ratio lie in these ranges. */
export function drawBox(
  height: number,
  width: number,
  scale: Range,
  ratio: Range,
  rng: Rng,
): CropBox {
  // As torchvision does: ten tries at a part that fits, then the largest central one of a permitted ratio.
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = height * width * rng.between(...scale);
    const aspect = Math.exp(rng.between(Math.log(ratio[0]), Math.log(ratio[1])));
    const w = Math.sqrt(area * aspect);
    const h = Math.sqrt(area / aspect);
    if (w > width || h > height) continue;
    const top = (height - h) * rng.uniform();
    return { top, left: (width - w) * rng.uniform(), height: h, width: w };
  }
  const aspect = Math.min(ratio[1], Math.max(ratio[0], width / height));
  const w = Math.min(width, height * aspect);
  const h = Math.min(height, width / aspect);
  return { top: (height - h) / 2, left: (width - w) / 2, height: h, width: w };
}
