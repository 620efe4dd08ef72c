import { type Augmentation } from "../core";
import { augmentation, checkSwitch, type Range } from "./augmentation";
import { blur } from "./blur";
import { brightness } from "./brightness";
import { compose } from "./compose";
import { contrast } from "./contrast";
import { flip } from "./flip";
import { noise } from "./noise";
import { quarterTurns } from "./quarterTurns";
import { randomResizedCrop, type RandomResizedCropOptions } from "./randomResizedCrop";

/** Strengths of views of scientific images. */
export interface GreyViewsOptions {
  /** Share of the area that a view shows. @default [0.5, 1], so that sizes stay comparable */
  readonly scale?: Range;
  /** Whether views are also turned by quarters; only where no direction of the image means anything. @default false */
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
  readonly size?: RandomResizedCropOptions["size"];
}

/**
 * Views of scientific images with any number of channels and values in any unit: a part of at least half of the area,
 * mirrored both ways, contrast and level changed relative to the image's own, some noise and a light blur. Heights
 * are never clipped and never turned upside down. [b,h,w,c] -> [b,size,size,c]
 * @throws InputError if an option is out of range
 */
export function views(options: GreyViewsOptions = {}): Augmentation {
  const { scale = [0.5, 1], turns = false } = options;
  const steps = compose(
    randomResizedCrop({ scale, size: options.size }),
    flip({ horizontal: 0.5, vertical: 0.5 }),
    ...(checkSwitch("turns", turns) ? [quarterTurns()] : []),
    contrast({ strength: options.contrast ?? 0.3 }),
    brightness({ strength: options.brightness ?? 0.3 }),
    blur({ sigma: [0, options.blur ?? 0.8], probability: 0.5 }),
    noise({ sigma: [0, options.noise ?? 0.2] }),
  );
  return augmentation("grey", steps);
}
