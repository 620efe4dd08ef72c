import {
  defined,
  define,
  option,
  symmetriesOf,
  type Augmentation,
  type OptionTable,
} from "../core";
import { augmentation, goesBySet } from "./augmentation";
import { blur } from "./blur";
import { brightness } from "./brightness";
import { colourJitter } from "./colourJitter";
import { compose } from "./compose";
import { contrast } from "./contrast";
import { flip } from "./flip";
import { greyscale } from "./greyscale";
import { size as sizeOption, type Size } from "./options";
import { randomResizedCrop } from "./randomResizedCrop";

/** Strength and size of SimCLR's views. */
export interface PhotoViewsOptions {
  /** Channels of the images. @default those of the images that come */
  readonly channels?: number;
  /** Strength of the change of colours, s in the paper, 0 to 2.5. @default 0.5, the paper's for small images */
  readonly strength?: number;
  /** Whether half of the views are mirrored left to right. @default where the set says that this keeps its classes */
  readonly mirror?: boolean;
  /** Whether half of the views are blurred, which the paper does for large images only. @default false */
  readonly blur?: boolean;
  /** Edge of the views in pixels. @default that of the images */
  readonly size?: Size;
}

const definition = define("photo", 2, {
  channels: option.count({}),
  strength: option.number({ min: 0, max: 2.5, default: 0.5 }),
  mirror: option.flag({}),
  blur: option.flag({ default: false }),
  size: sizeOption(),
} satisfies OptionTable<PhotoViewsOptions>);

/**
 * The views of SimCLR: a part of 8 to 100 % of the area brought to full size, mirrored in half of the cases where the set says that this keeps its classes,
 * colours changed in 80 %, grey in 20 %. Images without 3 channels get brightness and contrast, relative to their own spread, instead of the colour
 * changes. Colour values lie in [0,1]. [b,h,w,c] -> [b,size,size,c]
 * @throws InputError if an option is out of range
 * @see Chen et al. 2020, arXiv:2002.05709, appendix A and B.9
 */
export function views(given: PhotoViewsOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { channels, strength, size } = options;
  const last = options.blur ? [blur({ sigma: [0.1, 2], probability: 0.5 })] : [];
  const factor = 0.8 * strength;
  const jitter = { brightness: factor, contrast: factor, saturation: factor, hue: 0.2 * strength };
  const colours = [colourJitter(jitter), greyscale({ probability: 0.2 })];
  const levels = [
    brightness({ strength: factor, probability: 0.8 }),
    contrast({ strength: factor, probability: 0.8 }),
  ];
  return goesBySet((about) => {
    const mirror = options.mirror ?? symmetriesOf(about).has("mirrorX");
    const first = [
      randomResizedCrop(defined({ size })),
      ...(mirror ? [flip({ horizontal: 0.5 })] : []),
    ];
    const inColour = compose(...first, ...colours, ...last);
    const inGrey = compose(...first, ...levels, ...last);
    return augmentation(definition.name, settings, (images, rng) =>
      ((channels ?? images.shape[3]) === 3 ? inColour : inGrey)(images, rng),
    );
  });
}
views.definition = definition;
