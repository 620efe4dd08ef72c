import { tf, type Augmentation, type Rng } from "../../src/core";

/** How much another hand would write a character otherwise. */
export interface HandOptions {
  /** Largest turn in degrees, each way. */
  readonly degrees: number;
  /** Largest shift in pixels, each way. */
  readonly shift: number;
  /** Largest change of size, across and down by itself, as a share. */
  readonly scale: number;
  /** Largest shear, as a share. */
  readonly shear: number;
  /** Spread of the bends, in pixels. */
  readonly bend: number;
}

/** Points across and down that a bend goes through. */
const knots = 4;

/**
 * Draws each character by another hand: turned, shifted, stretched, sheared, and bent smoothly through a few random points. Beyond the paper there is paper, 0.
 * @see Simard, Steinkraus & Platt 2003, ICDAR, elastic distortions
 */
export function otherHand({ degrees, shift, scale, shear, bend }: HandOptions): Augmentation {
  return (images, rng) => {
    const [n, h, w] = images.shape;
    const old = images.dataSync<"float32">();
    const out = new Float32Array(old.length);
    const middle = (h - 1) / 2;
    for (let i = 0; i < n; i++) {
      const turn = (rng.between(-degrees, degrees) * Math.PI) / 180;
      const [sx, sy] = [1 + rng.between(-scale, scale), 1 + rng.between(-scale, scale)];
      const lean = rng.between(-shear, shear);
      const [across, down] = [rng.between(-shift, shift), rng.between(-shift, shift)];
      const [bendX, bendY] = [bends(bend, h, rng), bends(bend, h, rng)];
      const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
      for (let y = 0, at = i * h * w; y < h; y++) {
        for (let x = 0; x < w; x++, at++) {
          const [u, v] = [x - middle, y - middle];
          const fromX = (cos * u + sin * v + lean * v) / sx + across + middle + bendX[y * w + x];
          const fromY = (cos * v - sin * u) / sy + down + middle + bendY[y * w + x];
          out[at] = bilinear(old, i * h * w, h, w, fromX, fromY);
        }
      }
    }
    return tf.tensor4d(out, images.shape);
  };
}

/** A smooth random shift of each pixel, from normal ones at a few points between which it is cubic. [size*size] */
function bends(spread: number, size: number, rng: Rng): Float32Array {
  const grid = Float32Array.from({ length: knots * knots }, () => spread * rng.normal());
  const weights = knotWeights(size);
  const rows = new Float32Array(knots * size);
  for (let a = 0; a < knots; a++)
    for (let x = 0; x < size; x++)
      for (let b = 0; b < knots; b++)
        rows[a * size + x] += weights[x * knots + b] * grid[a * knots + b];
  const out = new Float32Array(size * size);
  for (let y = 0; y < size; y++)
    for (let a = 0; a < knots; a++)
      for (let x = 0; x < size; x++)
        out[y * size + x] += weights[y * knots + a] * rows[a * size + x];
  return out;
}

let known: { readonly size: number; readonly weights: Float32Array } | undefined;

/** Smooth weights of the points for each pixel: a raised cosine about each. [size*knots] */
function knotWeights(size: number): Float32Array {
  if (known?.size === size) return known.weights;
  const weights = new Float32Array(size * knots);
  for (let x = 0; x < size; x++) {
    const place = (x / (size - 1)) * (knots - 1);
    for (let b = 0; b < knots; b++) {
      const away = Math.abs(place - b);
      weights[x * knots + b] = away < 1 ? (1 + Math.cos(Math.PI * away)) / 2 : 0;
    }
  }
  known = { size, weights };
  return weights;
}

function bilinear(
  from: Float32Array,
  start: number,
  h: number,
  w: number,
  x: number,
  y: number,
): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  if (left < -1 || top < -1 || left >= w || top >= h) return 0;
  const [u, v] = [x - left, y - top];
  const value = (row: number, column: number): number =>
    row < 0 || column < 0 || row >= h || column >= w ? 0 : from[start + row * w + column];
  const upper = value(top, left) * (1 - u) + value(top, left + 1) * u;
  const lower = value(top + 1, left) * (1 - u) + value(top + 1, left + 1) * u;
  return upper * (1 - v) + lower * v;
}
