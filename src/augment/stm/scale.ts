import { option, type OptionTable } from "../../core";

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

/** For the options of what counts in nm. */
export const lengthScale = {
  nmPerPixel: option.positive({ default: 0.12 }),
} satisfies OptionTable<LengthScale>;

/** For the options of what counts in pm. */
export const heightScale = {
  pmPerUnit: option.positive({ default: 1 }),
} satisfies OptionTable<HeightScale>;
