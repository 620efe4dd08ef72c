import { define, option, type Augmentation, type OptionTable } from "../../core";
import { drawFrom, type Range } from "../augmentation";
import { fillNormal } from "../normals";
import { range } from "../options";
import { eachImage, onValues } from "./onValues";
import { fillPink, pinkFilter, pinkStates } from "./pinkNoise";
import { heightScale, type HeightScale } from "./scale";

/** How noisy the heights are. */
export interface NoiseOptions extends HeightScale {
  /** Standard deviation of white noise in pm, drawn for each image; instruments have 0.1 to 5, poor ones more. @default [0, 8] */
  readonly whitePm?: Range | number;
  /** Standard deviation of 1/f noise in pm, drawn for each image. @default [0, 10] */
  readonly flickerPm?: Range | number;
  /** How the power of the 1/f noise falls with frequency, 0.5 to 1.5. @default 1 */
  readonly exponent?: number;
}

const definition = define("stm.noise", 1, {
  ...heightScale,
  whitePm: range({ min: 0, default: [0, 8] }),
  flickerPm: range({ min: 0, default: [0, 10] }),
  exponent: option.number({ min: 0.5, max: 1.5, default: 1 }),
} satisfies OptionTable<NoiseOptions>);

/**
 * White noise and 1/f noise, the latter in time: along each line and from line to line. Channels differ; the mean of
 * the 1/f noise over an image is not zero. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function noise(given: NoiseOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { pmPerUnit, whitePm, flickerPm } = options;
  const filter = pinkFilter(options.exponent);
  return onValues(definition.name, settings, (batch, rng) => {
    const { height, width, channels } = batch;
    const pixels = height * width;
    const normals = new Float32Array(batch.count * channels * (2 * pixels + pinkStates));
    fillNormal(normals, rng.fork("values"));
    const pink = new Float32Array(pixels);
    let next = 0;
    const take = (count: number): Float32Array => normals.subarray(next, (next += count));
    eachImage(batch, (image) => {
      const [own, slow] = [
        drawFrom(rng, whitePm) / pmPerUnit,
        drawFrom(rng, flickerPm) / pmPerUnit,
      ];
      for (let k = 0; k < channels; k++) {
        fillPink(pink, take(pixels + pinkStates), filter);
        const fresh = take(pixels);
        for (let i = 0; i < pixels; i++) image[i * channels + k] += own * fresh[i] + slow * pink[i];
      }
    });
  });
}
noise.definition = definition;
