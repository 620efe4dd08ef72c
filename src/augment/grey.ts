import {
  defined,
  define,
  option,
  symmetriesOf,
  type Augmentation,
  type OptionTable,
} from "../core";
import { augmentation, goesBySet, type Range } from "./augmentation";
import { blur } from "./blur";
import { brightness } from "./brightness";
import { compose } from "./compose";
import { contrast } from "./contrast";
import { flip } from "./flip";
import { noise } from "./noise";
import { range, size, type Size } from "./options";
import { quarterTurns } from "./quarterTurns";
import { randomResizedCrop } from "./randomResizedCrop";

/** Strengths of views of scientific images. */
export interface GreyViewsOptions {
  /** Share of the area that a view shows. @default [0.5, 1], so that sizes stay comparable */
  readonly scale?: Range;
  /** Whether views are mirrored both ways, each in half of the cases. @default where the set says that this keeps its classes */
  readonly mirror?: boolean;
  /** Whether views are also turned by quarters; square images only. @default where the set says that this keeps its classes */
  readonly turns?: boolean;
  /** Largest change of contrast. @default 0.3 */
  readonly contrast?: number;
  /** Largest change of level, in standard deviations of the image. @default 0.3 */
  readonly brightness?: number;
  /** Largest noise, in standard deviations of the image. @default 0.2 */
  readonly noise?: number;
  /** Largest blur, standard deviation in pixels. @default 0.8 */
  readonly blur?: number;
  /** Edge of the views in pixels. @default that of the images */
  readonly size?: Size;
}

const definition = define("grey", 2, {
  scale: range({ min: 0, aboveMin: true, max: 1, default: [0.5, 1] }),
  mirror: option.flag({}),
  turns: option.flag({}),
  contrast: option.number({ min: 0, default: 0.3 }),
  brightness: option.number({ min: 0, default: 0.3 }),
  noise: option.number({ min: 0, default: 0.2 }),
  blur: option.number({ min: 0, default: 0.8 }),
  size: size(),
} satisfies OptionTable<GreyViewsOptions>);

/**
 * Views of scientific images with any number of channels and values in any unit: a part of at least half of the area, mirrored and turned as the set says
 * that its classes stay, contrast and level changed relative to the image's own, some noise and a light blur. Heights are never clipped and never turned
 * upside down. [b,h,w,c] -> [b,size,size,c]
 * @throws InputError if an option is out of range
 */
export function views(given: GreyViewsOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  return goesBySet((about) => {
    const kept = symmetriesOf(about);
    const [height, width] = options.size ?? about.shape ?? [1, 1];
    const turns = options.turns ?? (kept.has("quarterTurns") && height === width);
    const half = (mirrors: boolean): number => (mirrors ? 0.5 : 0);
    const horizontal = half(options.mirror ?? kept.has("mirrorX"));
    const vertical = half(options.mirror ?? kept.has("mirrorY"));
    const steps = compose(
      randomResizedCrop({ scale: options.scale, ...defined({ size: options.size }) }),
      ...(horizontal + vertical > 0 ? [flip({ horizontal, vertical })] : []),
      ...(turns ? [quarterTurns()] : []),
      contrast({ strength: options.contrast }),
      brightness({ strength: options.brightness }),
      blur({ sigma: [0, options.blur], probability: 0.5 }),
      noise({ sigma: [0, options.noise] }),
    );
    return augmentation(definition.name, settings, steps);
  });
}
views.definition = definition;
