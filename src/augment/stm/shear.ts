import { define, option, type Augmentation, type OptionTable } from "../../core";
import { affine } from "../affine";
import { augmentation } from "../augmentation";
import { lengthScale, type LengthScale } from "./scale";

/** By how much the axes of the scanner are not at right angles. */
export interface ShearOptions {
  /** Largest angle in degrees, each way, below 45. @default 2 */
  readonly degrees?: number;
}

const sheared = define("stm.shear", 1, {
  degrees: option.number({ min: 0, max: 44, default: 2 }),
} satisfies OptionTable<ShearOptions>);

/**
 * Leans the columns, as crossed axes of a scanner do. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function shear(given: ShearOptions = {}): Augmentation {
  const { options, settings } = sheared.resolve(given);
  const lean = affine({ degrees: 0, translate: 0, scale: [1, 1], shear: options.degrees });
  return augmentation(sheared.name, settings, lean);
}
shear.definition = sheared;

/** Where the frame of a scan lies on the surface, and how far its scanner is off. */
export interface FrameOptions extends LengthScale {
  /** Largest shift along each axis in nm. @default 0.25 */
  readonly shiftNm?: number;
  /** Largest turn in degrees, each way, at most 45. @default 3 */
  readonly degrees?: number;
  /** Largest relative error of the length calibration, below 1. @default 0.04 */
  readonly calibration?: number;
  /** Largest lean of the columns in degrees, below 45. @default 2 */
  readonly shear?: number;
}

const framed = define("stm.frame", 1, {
  ...lengthScale,
  shiftNm: option.number({ min: 0, default: 0.25 }),
  degrees: option.number({ min: 0, max: 45, default: 3 }),
  calibration: option.number({ min: 0, max: 0.99, default: 0.04 }),
  shear: option.number({ min: 0, max: 44, default: 2 }),
} satisfies OptionTable<FrameOptions>);

/**
 * Another frame of the same place: shifted, turned a little, and with a scanner that is calibrated and squared a little
 * differently; one resampling for all four. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function frame(given: FrameOptions = {}): Augmentation {
  const { options, settings } = framed.resolve(given);
  const { degrees, calibration, shear: lean } = options;
  const shift = options.shiftNm / options.nmPerPixel;
  const scale = [1 - calibration, 1 + calibration] as const;
  return augmentation(framed.name, settings, (images, rng) => {
    const [, height, width] = images.shape;
    const translate = Math.min(1, shift / Math.max(height, width));
    return affine({ degrees, translate, scale, shear: lean })(images, rng);
  });
}
frame.definition = framed;
