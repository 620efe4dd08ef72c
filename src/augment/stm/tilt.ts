import { define, option, type Augmentation, type OptionTable } from "../../core";
import { eachImage, onValues } from "./onValues";
import { heightScale, lengthScale, type HeightScale, type LengthScale } from "./scale";

/** How far the sample leans. */
export interface TiltOptions extends LengthScale, HeightScale {
  /** Largest slope along each axis in degrees, below 45; measured scans lie between 0.02 and 2.8 before levelling. @default 0.5 */
  readonly degrees?: number;
}

const definition = define("stm.tilt", 1, {
  ...lengthScale,
  ...heightScale,
  degrees: option.number({ min: 0, max: 44, default: 0.5 }),
} satisfies OptionTable<TiltOptions>);

/**
 * A plane that levelling left: each axis leans by up to so many degrees; the mean stays. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function tilt(given: TiltOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { nmPerPixel, pmPerUnit, degrees } = options;
  const unitsPerPixel = (1000 * nmPerPixel) / pmPerUnit;
  return onValues(definition.name, settings, (batch, rng) => {
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
tilt.definition = definition;
