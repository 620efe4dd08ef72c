import { define, option, type Augmentation, type OptionTable } from "../../core";
import { eachImage, onValues } from "./onValues";

/** How far the height calibration and the corrugation vary. */
export interface ZGainOptions {
  /** Largest factor, from 1; its inverse is as likely. Setpoint and tip change corrugations by up to 1.4. @default 1.25 */
  readonly factor?: number;
}

const definition = define("stm.zGain", 1, {
  factor: option.number({ min: 1, default: 1.25 }),
} satisfies OptionTable<ZGainOptions>);

/**
 * Stretches heights about the mean of each channel by a factor, drawn evenly on a logarithmic scale; never upside down.
 * [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function zGain(given: ZGainOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const largest = Math.log(options.factor);
  return onValues(definition.name, settings, (batch, rng) => {
    const { channels } = batch;
    eachImage(batch, (image) => {
      const gain = Math.exp(rng.between(-largest, largest));
      for (let k = 0; k < channels; k++) {
        let sum = 0;
        for (let at = k; at < image.length; at += channels) sum += image[at];
        const mean = (sum * channels) / image.length;
        for (let at = k; at < image.length; at += channels) {
          image[at] = mean + gain * (image[at] - mean);
        }
      }
    });
  });
}
zGain.definition = definition;
