import type { Rng } from "../../core";
import { textureNm, type Example } from "./example";

/** Edge of what a network is shown in training, in pixels. */
export const cropPixels = 80;

/** A batch as a network is trained on it, row-major: what it sees [b,80,80,2], and what it should say [b,80,80,1] twice. */
export interface Crops {
  readonly seen: Float32Array;
  readonly truth: Float32Array;
  readonly difference: Float32Array;
}

/** Room for some crops. */
export function emptyCrops(count: number): Crops {
  const length = count * cropPixels * cropPixels;
  return {
    seen: new Float32Array(2 * length),
    truth: new Float32Array(length),
    difference: new Float32Array(length),
  };
}

/** How a network sees a number of deviations: small ones as they are, large ones drawn in. */
export function drawnIn(deviations: number): number {
  return Math.asinh(deviations / 2);
}

/**
 * Puts one random part of an example into a batch: another scale, aspect, lean and side, more or less contrast, more noise,
 * and now and then rows that were not measured.
 */
export function drawCrop(example: Example, crops: Crops, place: number, rng: Rng): void {
  const { width, height, relief, jumps, difference, truth } = example;
  const scale = (textureNm * Math.exp(rng.between(-0.4, 0.4))) / example.nm;
  const stretched = (): number => scale * (1 + rng.between(-0.12, 0.12)) * (rng.uniform() < 0.5 ? -1 : 1); // prettier-ignore
  const leaning = (): number => scale * rng.between(-0.12, 0.12);
  const [xx, yy, xy, yx] = [stretched(), stretched(), leaning(), leaning()];
  const gain = Math.exp(rng.between(-0.5, 0.5));
  const [white, rows] = [0.8 * rng.uniform() ** 2, 0.8 * rng.uniform() ** 2];
  const gone = goneRows(rng);
  const half = 0.575 * cropPixels * scale;
  const middle = (length: number): number => (length > 2 * half ? rng.between(half, length - half) : length / 2); // prettier-ignore
  const [middleX, middleY] = [middle(width), middle(height)];
  for (let v = 0, at = place * cropPixels * cropPixels; v < cropPixels; v++) {
    const offset = rows * rng.normal();
    for (let u = 0; u < cropPixels; u++, at++) {
      const [du, dv] = [u + 0.5 - cropPixels / 2, v + 0.5 - cropPixels / 2];
      const x = within(middleX + xx * du + xy * dv, width);
      const y = within(middleY + yx * du + yy * dv, height);
      const [column, row] = [Math.floor(x), Math.floor(y)];
      const [s, t] = [x - column, y - row];
      const i = row * width + column;
      const between = (values: ArrayLike<number>): number =>
        (1 - t) * ((1 - s) * values[i] + s * values[i + 1]) +
        t * ((1 - s) * values[i + width] + s * values[i + width + 1]);
      const noise = white * rng.normal() + offset;
      const here = gone(v) ? 0 : 1;
      crops.seen[2 * at] = here * drawnIn(gain * between(relief) + noise);
      crops.seen[2 * at + 1] = here * drawnIn(gain * between(jumps));
      crops.truth[at] = here * (between(truth) >= 0.5 ? 1 : 0);
      crops.difference[at] = here * drawnIn(gain * between(difference));
    }
  }
}

/** A place within the picture, mirrored at its border, with a neighbour to the right and below. */
function within(at: number, length: number): number {
  const once = at < 0 ? -at : at > length - 1 ? 2 * (length - 1) - at : at;
  return Math.min(length - 1.001, Math.max(0, once));
}

/** Seldom, rows from some row on that were not measured. */
function goneRows(rng: Rng): (row: number) => boolean {
  if (rng.uniform() >= 0.08) return () => false;
  const [from, flipped] = [rng.integer(cropPixels), rng.uniform() < 0.5];
  return (row) => row > from !== flipped;
}
