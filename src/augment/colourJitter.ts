import {
  define,
  option,
  tf,
  type Augmentation,
  type OptionTable,
  type Rng,
  type Tensor4D,
} from "../core";
import { augmentation, checkColour, factorRange, happens, type Range } from "./augmentation";
import {
  applyColourMaps,
  brightnessMap,
  chain,
  contrastMap,
  hueMap,
  identityMap,
  luminanceAfter,
  saturationMap,
  type ColourMap,
} from "./colourMap";
import { onImages } from "./onImages";

/** How much colours are changed; the defaults are SimCLR's for small images (strength 0.5). */
export interface ColourJitterOptions {
  /** All channels times a factor from 1 - brightness (never below 0) to 1 + brightness. @default 0.4 */
  readonly brightness?: number;
  /** Distances from the image's mean luminance times such a factor. @default 0.4 */
  readonly contrast?: number;
  /** Distances from each pixel's luminance times such a factor. @default 0.4 */
  readonly saturation?: number;
  /** Largest turn of the hue, in full circles, at most 0.5. @default 0.1 */
  readonly hue?: number;
  /** Probability that an image is changed. @default 0.8 */
  readonly probability?: number;
}

const definition = define("colourJitter", 1, {
  brightness: option.number({ min: 0, default: 0.4 }),
  contrast: option.number({ min: 0, default: 0.4 }),
  saturation: option.number({ min: 0, default: 0.4 }),
  hue: option.number({ min: 0, max: 0.5, default: 0.1 }),
  probability: option.share({ default: 0.8 }),
} satisfies OptionTable<ColourJitterOptions>);

/**
 * Changes brightness, contrast, saturation and hue of colour images with values in [0,1], in random order, and clips
 * to [0,1]. The meanings are torchvision's, with two differences that make it one multiplication an image: values are
 * clipped once at the end instead of after each change, and the hue turns about the grey axis in YIQ, which keeps
 * luminance, instead of in HSV. [b,h,w,3] -> [b,h,w,3]
 * @throws InputError if images do not have 3 channels, or an option is out of range
 * @see Chen et al. 2020, arXiv:2002.05709, appendix A
 */
export function colourJitter(given: ColourJitterOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { hue, probability } = options;
  const ranges: Ranges = {
    brightness: factorRange(options.brightness),
    contrast: factorRange(options.contrast),
    saturation: factorRange(options.saturation),
    hue: [-hue, hue],
  };
  return augmentation(definition.name, settings, (images, rng) => {
    checkColour(definition.name, images);
    const means = meanColours(images);
    const maps = Array.from({ length: images.shape[0] }, (_, i) => {
      const map = drawMap(ranges, means.subarray(3 * i, 3 * i + 3), rng);
      return happens(rng, probability) ? map : identityMap();
    });
    return applyColourMaps(images, maps, { clip: true });
  });
}
colourJitter.definition = definition;

type Ranges = Readonly<Record<"brightness" | "contrast" | "saturation" | "hue", Range>>;

/** The four changes in random order as one map. Since each is affine, the mean colour goes the way of every colour. */
function drawMap(ranges: Ranges, mean: ArrayLike<number>, rng: Rng): ColourMap {
  const brightness = brightnessMap(rng.between(...ranges.brightness));
  const contrast = rng.between(...ranges.contrast);
  const saturation = saturationMap(rng.between(...ranges.saturation));
  const hue = hueMap(rng.between(...ranges.hue));
  let map = identityMap();
  for (const change of rng.permutation(4)) {
    if (change === 0) map = chain(map, brightness);
    else if (change === 1) map = chain(map, contrastMap(contrast, luminanceAfter(map, mean)));
    else if (change === 2) map = chain(map, saturation);
    else map = chain(map, hue);
  }
  return map;
}

/** Mean red, green and blue of each image. [b,h,w,3] -> 3b numbers */
function meanColours(images: Tensor4D): Float32Array {
  const means = onImages("FewscopeAverage", images) ?? tf.mean(images, [1, 2]);
  return means.dataSync<"float32">();
}
