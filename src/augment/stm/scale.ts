import { checkNumber } from "../../core";

/** What the numbers of an image mean, which an augmentation cannot see. */
export interface LengthScale {
  /** Width of a pixel in nm, above 0. @default 0.12, that of `stm-simulated-small` */
  readonly nmPerPixel?: number;
}

/** What heights count in. */
export interface HeightScale {
  /** Picometres that one unit of the values stands for, above 0; for standardised heights their standard deviation in pm. @default 1 */
  readonly pmPerUnit?: number;
}

/** @throws InputError if it is not above 0 */
export function checkNmPerPixel({ nmPerPixel = 0.12 }: LengthScale): number {
  return checkNumber("nmPerPixel", nmPerPixel, { min: 0, aboveMin: true });
}

/** @throws InputError if it is not above 0 */
export function checkPmPerUnit({ pmPerUnit = 1 }: HeightScale): number {
  return checkNumber("pmPerUnit", pmPerUnit, { min: 0, aboveMin: true });
}
