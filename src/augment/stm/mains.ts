import { define, option, type Augmentation, type OptionTable, type Rng } from "../../core";
import { drawFrom, type Range } from "../augmentation";
import { range } from "../options";
import { eachImage, onValues, type Batch } from "./onValues";
import { heightScale, type HeightScale } from "./scale";

/** How strongly the mains show. */
export interface MainsOptions extends HeightScale {
  /** Amplitude in pm, drawn for each image; 0.5 to 15 are usual. @default [0, 6] */
  readonly amplitudePm?: Range | number;
  /** Frequency of the mains in Hz, above 0. @default 50 */
  readonly hertz?: number;
  /** Milliseconds for a pixel, drawn for each image. @default [0.5, 3] */
  readonly pixelMilliseconds?: Range | number;
}

const definition = define("stm.mains", 1, {
  ...heightScale,
  amplitudePm: range({ min: 0, default: [0, 6] }),
  hertz: option.positive({ default: 50 }),
  pixelMilliseconds: range({ min: 0, default: [0.5, 3] }),
} satisfies OptionTable<MainsOptions>);

/** The second and the third harmonic as shares of the first; assumed. */
const harmonics = [1, 0.3, 0.15];

/**
 * Hum of the mains with two harmonics, steady in time: a slanted ripple, since no line starts in phase with the one
 * before. Channels have phases of their own. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function mains(given: MainsOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { pmPerUnit, amplitudePm, hertz, pixelMilliseconds } = options;
  return onValues(definition.name, settings, (batch, rng) => {
    eachImage(batch, (image) => {
      const pm = drawFrom(rng, amplitudePm) / pmPerUnit;
      const perPixel = (2 * Math.PI * hertz * drawFrom(rng, pixelMilliseconds)) / 1000;
      // The time for the way back is not known, so neither is the phase at which the next line starts.
      const perLine = rng.between(0, 2 * Math.PI);
      for (let k = 0; k < batch.channels; k++) hum(image, batch, k, [pm, perPixel, perLine], rng);
    });
  });
}
mains.definition = definition;

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
