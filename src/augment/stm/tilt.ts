import { checkNumber, type Augmentation } from "../../core";
import { checkNmPerPixel, checkPmPerUnit, type HeightScale, type LengthScale } from "./scale";
import { eachImage, inPlace } from "./inPlace";

/** How far the sample leans. */
export interface TiltOptions extends LengthScale, HeightScale {
  /** Largest slope along each axis in degrees, below 45; measured scans lie between 0.02 and 2.8 before levelling. @default 0.5 */
  readonly degrees?: number;
}

/**
 * A plane that levelling left: each axis leans by up to so many degrees; the mean stays. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function tilt(options: TiltOptions = {}): Augmentation {
  const { degrees = 0.5 } = options;
  checkNumber("degrees", degrees, { min: 0, max: 44 });
  const unitsPerPixel = (1000 * checkNmPerPixel(options)) / checkPmPerUnit(options);
  return inPlace("stm.tilt", (batch, rng) => {
    const { height, width, channels } = batch;
    const slope = (): number =>
      Math.tan((rng.between(-degrees, degrees) * Math.PI) / 180) * unitsPerPixel;
    eachImage(batch, (image) => {
      const [across, down] = [slope(), slope()];
      for (let row = 0, at = 0; row < height; row++) {
        const level = down * (row - (height - 1) / 2);
        for (let column = 0; column < width; column++) {
          const add = level + across * (column - (width - 1) / 2);
          for (let k = 0; k < channels; k++, at++) image[at] += add;
        }
      }
    });
  });
}
