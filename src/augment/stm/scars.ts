import { define, option, type Augmentation, type OptionTable, type Rng } from "../../core";
import { drawFrom, type Range } from "../augmentation";
import { range } from "../options";
import { eachImage, onValues, type Batch } from "./onValues";
import { heightScale, lengthScale, type HeightScale, type LengthScale } from "./scale";

/** Strokes along the lines where the tip jumped or dragged something along. */
export interface ScarsOptions extends LengthScale, HeightScale {
  /** Largest number of scars in an image; each number from 0 is as likely. @default 2 */
  readonly most?: number;
  /** Length in nm. @default [0.4, 3] */
  readonly lengthNm?: Range | number;
  /** How far a scar lies above or below its line, in pm; either sign is as likely. @default [15, 100] */
  readonly heightPm?: Range | number;
  /** Lines within this distance of the middle of the image stay free, in nm: a scar there would hide the defect. @default 0.7 */
  readonly freeNm?: number;
}

const definition = define("stm.scars", 1, {
  ...lengthScale,
  ...heightScale,
  most: option.integer({ min: 0, max: 1000, default: 2 }),
  lengthNm: range({ min: 0, default: [0.4, 3] }),
  heightPm: range({ min: 0, default: [15, 100] }),
  freeNm: option.number({ min: 0, default: 0.7 }),
} satisfies OptionTable<ScarsOptions>);

/**
 * Scars: strokes of one or two lines that jump up or down, off the middle of the image. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 */
export function scars(given: ScarsOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { nmPerPixel, pmPerUnit, most, lengthNm, heightPm, freeNm } = options;
  return onValues(definition.name, settings, (batch, rng) => {
    const rows = rowsOff(batch.height, freeNm / nmPerPixel);
    eachImage(batch, (image) => {
      for (let left = rng.integer(most + 1); left > 0; left--) {
        const pixels = Math.max(1, Math.round(drawFrom(rng, lengthNm) / nmPerPixel));
        const sign = rng.uniform() < 0.5 ? -1 : 1;
        const height = (sign * drawFrom(rng, heightPm)) / pmPerUnit;
        stroke(image, batch, rows, { pixels, height, lines: 1 + rng.integer(2) }, rng);
      }
    });
  });
}
scars.definition = definition;

/** Rows farther than this from the middle. */
function rowsOff(height: number, free: number): number[] {
  const middle = (height - 1) / 2;
  return Array.from({ length: height }, (_, row) => row).filter(
    (row) => Math.abs(row - middle) >= free,
  );
}

interface Scar {
  readonly pixels: number;
  readonly lines: number;
  readonly height: number;
}

/** Draws one scar; it may begin before the image or end after it. */
function stroke(
  image: Float32Array,
  { width, channels }: Batch,
  rows: readonly number[],
  { pixels, lines, height }: Scar,
  rng: Rng,
): void {
  const first = rng.integer(width + pixels - 1) - pixels + 1;
  if (rows.length === 0) return;
  const row = rows[rng.integer(rows.length)];
  for (let line = row; line < row + lines; line++) {
    if (!rows.includes(line)) continue;
    for (let column = Math.max(0, first); column < Math.min(width, first + pixels); column++) {
      const at = (line * width + column) * channels;
      for (let k = 0; k < channels; k++) image[at + k] += height;
    }
  }
}
