import { checkProbability, type Augmentation } from "../../core";
import { augmentation, checkRange, type Range } from "../augmentation";
import { blur } from "../blur";
import { checkNmPerPixel, type LengthScale } from "./scale";

/** How blunt the tip is. */
export interface TipBlurOptions extends LengthScale {
  /** Standard deviation of the Gaussian in nm; beyond 0.12 neighbouring features begin to merge. @default [0, 0.08] */
  readonly sigmaNm?: Range | number;
  /** Probability that an image is changed. @default 0.5 */
  readonly probability?: number;
}

/**
 * A tip that resolves a little less: a narrow Gaussian blur. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function tipBlur(options: TipBlurOptions = {}): Augmentation {
  const { probability = 0.5 } = options;
  const nmPerPixel = checkNmPerPixel(options);
  const [low, high] = checkRange("sigmaNm", options.sigmaNm ?? [0, 0.08], { min: 0 });
  checkProbability("probability", probability);
  return augmentation(
    "stm.tipBlur",
    blur({ sigma: [low / nmPerPixel, high / nmPerPixel], probability }),
  );
}
