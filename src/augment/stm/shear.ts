import { checkNumber, type Augmentation } from "../../core";
import { affine } from "../affine";
import { augmentation } from "../augmentation";
import { checkNmPerPixel, type LengthScale } from "./scale";

/** By how much the axes of the scanner are not at right angles. */
export interface ShearOptions {
  /** Largest angle in degrees, each way, below 45. @default 2 */
  readonly degrees?: number;
}

/**
 * Leans the columns, as crossed axes of a scanner do. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function shear({ degrees = 2 }: ShearOptions = {}): Augmentation {
  checkNumber("degrees", degrees, { min: 0, max: 44 });
  const lean = affine({ degrees: 0, translate: 0, scale: [1, 1], shear: degrees });
  return augmentation("stm.shear", lean);
}

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

/**
 * Another frame of the same place: shifted, turned a little, and with a scanner that is calibrated and squared a little
 * differently; one resampling for all four. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function frame(options: FrameOptions = {}): Augmentation {
  const { shiftNm = 0.25, degrees = 3, calibration = 0.04, shear: lean = 2 } = options;
  const shift = checkNumber("shiftNm", shiftNm, { min: 0 }) / checkNmPerPixel(options);
  checkNumber("degrees", degrees, { min: 0, max: 45 });
  checkNumber("calibration", calibration, { min: 0, max: 0.99 });
  checkNumber("shear", lean, { min: 0, max: 44 });
  const scale = [1 - calibration, 1 + calibration] as const;
  return augmentation("stm.frame", (images, rng) => {
    const [, height, width] = images.shape;
    const translate = Math.min(1, shift / Math.max(height, width));
    return affine({ degrees, translate, scale, shear: lean })(images, rng);
  });
}
