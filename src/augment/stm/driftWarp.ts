import { define, option, type Augmentation, type OptionTable, type Rng } from "../../core";
import { mirrored } from "../mirrored";
import { eachImage, onValues, type Batch } from "./onValues";
import { lengthScale, type LengthScale } from "./scale";

/** How the sample moves under the tip while a frame is taken. */
export interface DriftWarpOptions extends LengthScale {
  /** Largest speed along each axis in nm per minute; 0.05 to 1 is usual at room temperature. @default 0.4 */
  readonly driftNmPerMinute?: number;
  /** Seconds from the start of one line to that of the next, above 0. @default 0.6 */
  readonly lineSeconds?: number;
  /** Largest bow by creep, in nm, along each axis; a third of a lattice constant would change what neighbours what. @default 0.1 */
  readonly creepNm?: number;
}

const definition = define("stm.driftWarp", 1, {
  ...lengthScale,
  driftNmPerMinute: option.number({ min: 0, default: 0.4 }),
  lineSeconds: option.positive({ default: 0.6 }),
  creepNm: option.number({ min: 0, default: 0.1 }),
} satisfies OptionTable<DriftWarpOptions>);

/**
 * Drift and creep: lines are taken one after the other, so a steady drift leans the columns and stretches or squeezes
 * the slow axis, and creep bends both, logarithmically in time and most in the first lines, which may be the upper or
 * the lower ones. The middle line stays where it is; beyond the border the image is mirrored. [b,h,w,c] -> [b,h,w,c]
 * @throws InputError if an option is out of range
 * @see Yurov & Klimov 1994, Rev. Sci. Instrum. 65, 1551, for drift
 */
export function driftWarp(given: DriftWarpOptions = {}): Augmentation {
  const { options, settings } = definition.resolve(given);
  const { nmPerPixel, driftNmPerMinute, lineSeconds, creepNm } = options;
  const pixelsPerLine = ((driftNmPerMinute / 60) * lineSeconds) / nmPerPixel;
  return onValues(definition.name, settings, (batch, rng) => {
    const old = new Float32Array(batch.height * batch.width * batch.channels);
    eachImage(batch, (image) => {
      const [across, down] = drawPath(batch.height, pixelsPerLine, creepNm / nmPerPixel, rng);
      old.set(image);
      moveLines(old, image, batch, across, down);
    });
  });
}
driftWarp.definition = definition;

/** By how many pixels each line lies off, across and down. */
function drawPath(
  lines: number,
  pixelsPerLine: number,
  creepPixels: number,
  rng: Rng,
): [across: Float64Array, down: Float64Array] {
  const upwards = rng.uniform() < 0.5;
  // From nearly even over the frame to nearly all in the first lines.
  const steepness = rng.between(2, 30);
  const along = (): Float64Array => {
    const speed = rng.between(-pixelsPerLine, pixelsPerLine);
    const bow = rng.between(-creepPixels, creepPixels);
    const path = Float64Array.from({ length: lines }, (_, line) => {
      const later = upwards ? lines - 1 - line : line;
      return speed * later + bow * creep(later / Math.max(1, lines - 1), steepness);
    });
    const middle = (path[(lines - 1) >> 1] + path[lines >> 1]) / 2;
    return path.map((place) => place - middle);
  };
  return [along(), along()];
}

/** What a logarithmic creep adds to a straight line from its first place to its last; largest value 1. Time in [0,1]. */
function creep(time: number, steepness: number): number {
  const whole = Math.log1p(steepness);
  const bow = (at: number): number => Math.log1p(steepness * at) / whole - at;
  return bow(time) / bow(1 / whole - 1 / steepness);
}

/** Fills each line from another place of the old image, bilinearly. */
function moveLines(
  from: Float32Array,
  to: Float32Array,
  { height, width, channels }: Batch,
  across: Float64Array,
  down: Float64Array,
): void {
  const stride = width * channels;
  const columns = new Int32Array(width + 1);
  for (let row = 0, at = 0; row < height; row++) {
    const [y, shift] = [row + down[row], across[row]];
    const [top, left] = [Math.floor(y), Math.floor(shift)];
    const [v, u] = [y - top, shift - left];
    const [upper, lower] = [mirrored(top, height) * stride, mirrored(top + 1, height) * stride];
    for (let n = 0; n <= width; n++) columns[n] = mirrored(n + left, width) * channels;
    for (let column = 0; column < width; column++) {
      const [x0, x1] = [columns[column], columns[column + 1]];
      for (let k = 0; k < channels; k++, at++) {
        const above = from[upper + x0 + k] * (1 - u) + from[upper + x1 + k] * u;
        const below = from[lower + x0 + k] * (1 - u) + from[lower + x1 + k] * u;
        to[at] = above * (1 - v) + below * v;
      }
    }
  }
}
