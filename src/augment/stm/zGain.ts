import { checkNumber, type Augmentation } from "../../core";
import { eachImage, inPlace } from "./inPlace";

/** How far the height calibration and the corrugation vary. */
export interface ZGainOptions {
  /** Largest factor, from 1; its inverse is as likely. Setpoint and tip change corrugations by up to 1.4. @default 1.25 */
  readonly factor?: number;
}

/**
 * Stretches heights about the mean of each channel by a factor, drawn evenly on a logarithmic scale; never upside down.
 * [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function zGain({ factor = 1.25 }: ZGainOptions = {}): Augmentation {
  const largest = Math.log(checkNumber("factor", factor, { min: 1 }));
  return inPlace("stm.zGain", (batch, rng) => {
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
