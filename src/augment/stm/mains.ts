import { checkNumber, type Augmentation, type Rng } from "../../core";
import { checkRange, drawFrom, type Range } from "../augmentation";
import { checkPmPerUnit, type HeightScale } from "./scale";
import { eachImage, inPlace, type Batch } from "./inPlace";

/** How strongly the mains show. */
export interface MainsOptions extends HeightScale {
  /** Amplitude in pm, drawn for each image; 0.5 to 15 are usual. @default [0, 6] */
  readonly amplitudePm?: Range | number;
  /** Frequency of the mains in Hz, above 0. @default 50 */
  readonly hertz?: number;
  /** Milliseconds for a pixel, drawn for each image. @default [0.5, 3] */
  readonly pixelMilliseconds?: Range | number;
}

/** The second and the third harmonic as shares of the first; assumed. */
const harmonics = [1, 0.3, 0.15];

/**
 * Hum of the mains with two harmonics, steady in time: a slanted ripple, since no line starts in phase with the one
 * before. Channels have phases of their own. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function mains(options: MainsOptions = {}): Augmentation {
  const pmPerUnit = checkPmPerUnit(options);
  const hertz = checkNumber("hertz", options.hertz ?? 50, { min: 0, aboveMin: true });
  const amplitude = checkRange("amplitudePm", options.amplitudePm ?? [0, 6], { min: 0 });
  const dwell = checkRange("pixelMilliseconds", options.pixelMilliseconds ?? [0.5, 3], { min: 0 });
  return inPlace("stm.mains", (batch, rng) => {
    eachImage(batch, (image) => {
      const pm = drawFrom(rng, amplitude) / pmPerUnit;
      const perPixel = (2 * Math.PI * hertz * drawFrom(rng, dwell)) / 1000;
      // The time for the way back is not known, so neither is the phase at which the next line starts.
      const perLine = rng.between(0, 2 * Math.PI);
      for (let k = 0; k < batch.channels; k++) hum(image, batch, k, [pm, perPixel, perLine], rng);
    });
  });
}

function hum(
  image: Float32Array,
  { height, width, channels }: Batch,
  channel: number,
  [amplitude, perPixel, perLine]: readonly [number, number, number],
  rng: Rng,
): void {
  const phases = harmonics.map(() => rng.between(0, 2 * Math.PI));
  if (amplitude === 0) return;
  harmonics.forEach((share, n) => {
    const step = (n + 1) * perPixel;
    // A turning pointer instead of a sine for each pixel.
    const [turnX, turnY] = [Math.cos(step), Math.sin(step)];
    for (let row = 0; row < height; row++) {
      const phase = phases[n] + (n + 1) * perLine * row;
      let [x, y] = [amplitude * share * Math.cos(phase), amplitude * share * Math.sin(phase)];
      for (let column = 0; column < width; column++) {
        image[(row * width + column) * channels + channel] += y;
        [x, y] = [x * turnX - y * turnY, x * turnY + y * turnX];
      }
    }
  });
}
