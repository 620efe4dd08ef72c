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

/** The first harmonic, and the second and the third as shares of it; assumed. */
const harmonics = [1, 0.3, 0.15] as const;

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
  // Turning pointers instead of a sine for each pixel: all at once, since each of them waits for itself.
  const [cos1, cos2, cos3] = harmonics.map((_, n) => Math.cos((n + 1) * perPixel));
  const [sin1, sin2, sin3] = harmonics.map((_, n) => Math.sin((n + 1) * perPixel));
  for (let row = 0, at = channel; row < height; row++) {
    const phase = (n: number): number => phases[n] + (n + 1) * perLine * row;
    let [x1, x2, x3] = harmonics.map((share, n) => amplitude * share * Math.cos(phase(n)));
    let [y1, y2, y3] = harmonics.map((share, n) => amplitude * share * Math.sin(phase(n)));
    for (let column = 0; column < width; column++, at += channels) {
      image[at] = Math.fround(Math.fround(image[at] + y1) + y2) + y3;
      const [before1, before2, before3] = [x1, x2, x3];
      x1 = x1 * cos1 - y1 * sin1;
      y1 = before1 * sin1 + y1 * cos1;
      x2 = x2 * cos2 - y2 * sin2;
      y2 = before2 * sin2 + y2 * cos2;
      x3 = x3 * cos3 - y3 * sin3;
      y3 = before3 * sin3 + y3 * cos3;
    }
  }
}
