import { define, option, type Augmentation, type OptionTable } from "../../core";
import { augmentation, type Range } from "../augmentation";
import { blur } from "../blur";
import { range } from "../options";
import { lengthScale, type LengthScale } from "./scale";

/** How blunt the tip is. */
export interface TipBlurOptions extends LengthScale {
  /** Standard deviation of the Gaussian in nm; beyond 0.12 neighbouring features begin to merge. @default [0, 0.08] */
  readonly sigmaNm?: Range | number;
  /** Probability that an image is changed. @default 0.5 */
  readonly probability?: number;
}

const definition = define("stm.tipBlur", 1, {
  ...lengthScale,
  sigmaNm: range({ min: 0, default: [0, 0.08] }),
  probability: option.share({ default: 0.5 }),
} satisfies OptionTable<TipBlurOptions>);

/**
 * A tip that resolves a little less: a narrow Gaussian blur. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function tipBlur(given: TipBlurOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { nmPerPixel, sigmaNm, probability } = options;
  const [low, high] = sigmaNm;
  const blurred = blur({ sigma: [low / nmPerPixel, high / nmPerPixel], probability });
  return augmentation(definition.name, settings, blurred);
}
tipBlur.definition = definition;
