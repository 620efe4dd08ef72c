import { checkInteger, createRng, type Rng } from "../core";
import { addNoise, addSteps, addSuperstructure } from "./texture/clutter";
import { drawBlobs } from "./texture/blobs";
import { drawPattern } from "./texture/pattern";

/** A made-up surface whose defects are known. */
export interface Texture {
  /** As an instrument would record it, row-major, in units of the pattern. */
  readonly heights: Float32Array;
  /** What the defects alone do to it. */
  readonly difference: Float32Array;
  readonly size: number;
}

/** Which texture. */
export interface TextureOptions {
  /** @default 1 */
  readonly seed?: number;
  /** Edge in pixels, 32 to 1024. @default 144 */
  readonly size?: number;
  /** Whether it has defects. @default true */
  readonly defects?: boolean;
}

/**
 * Draws a surface that no crystal has: any lattice of rows or dots, any kinds of defects on it, steps, and the noise and
 * slips of an instrument. What learns from many of them knows no material.
 * @throws InputError if an option is out of range
 */
export function texture({ seed = 1, size = 144, defects = true }: TextureOptions = {}): Texture {
  checkInteger("size", size, { min: 32, max: 1024 });
  const rng = createRng(seed).fork("texture");
  const pattern = drawPattern(size, rng.fork("pattern"));
  const density = rng.fork("number");
  // From a few to so many that they touch, on 144 pixels.
  const number = Math.round(
    Math.exp(density.between(Math.log(4), Math.log(90))) * (size / 144) ** 2,
  );
  const blobs = drawBlobs(size, pattern, defects ? number : 0, rng.fork("blobs"));
  const clean = new Float32Array(size * size);
  const marked = new Float32Array(size * size);
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i++) {
      clean[i] = pattern.at(x, y, 0, 0);
      const moved = blobs.across[i] !== 0 || blobs.along[i] !== 0;
      const there = moved ? pattern.at(x, y, blobs.across[i], blobs.along[i]) : clean[i];
      marked[i] = there * (1 - blobs.gone[i]) + blobs.added[i];
    }
  }
  const steps = new Float32Array(size * size);
  addSteps(steps, size, rng.fork("steps"));
  addSuperstructure(steps, size, rng.fork("superstructure"));
  for (let i = 0; i < steps.length; i++) {
    clean[i] += steps[i];
    marked[i] += steps[i];
  }
  const tip = drawTip(rng.fork("tip"));
  const [seenClean, heights] = [tip(clean, size), tip(marked, size)];
  const difference = heights.map((value, i) => value - seenClean[i]);
  addNoise(heights, size, rng.fork("noise"));
  return { heights, difference, size };
}

/** A tip that blurs, widens or doubles what it sees, and a loop that lags. */
function drawTip(rng: Rng): (values: Float32Array, size: number) => Float32Array {
  const blur = rng.uniform() < 0.6 ? rng.between(0, 1.1) : 0;
  const blunt = rng.uniform() < 0.2 ? rng.between(0.5, 3) : 0;
  const ghost = rng.uniform() < 0.15 ? rng.between(0.1, 0.5) : 0;
  const away = [Math.round(rng.between(-9, 9)), Math.round(rng.between(-9, 9))];
  const lag = rng.uniform() < 0.4 ? rng.between(0, 0.6) : 0;
  return (values, size) => {
    let seen = blunt > 0 ? dilated(values, size, blunt) : values.slice();
    if (blur > 0) seen = blurred(seen, size, blur);
    if (ghost > 0) {
      const first = seen.slice();
      for (let y = 0; y < size; y++)
        for (let x = 0; x < size; x++) {
          const u = Math.min(size - 1, Math.max(0, x + away[0]));
          const v = Math.min(size - 1, Math.max(0, y + away[1]));
          seen[y * size + x] += ghost * first[v * size + u];
        }
    }
    if (lag > 0)
      for (let i = 1; i < seen.length; i++)
        if (i % size !== 0) seen[i] = (1 - lag) * seen[i] + lag * seen[i - 1];
    return seen;
  };
}

/** Largest value around, less a parabola: what a blunt tip touches first. */
function dilated(values: Float32Array, size: number, radius: number): Float32Array {
  const lines = (from: Float32Array, step: number): Float32Array => {
    const to = new Float32Array(from.length);
    for (let i = 0; i < from.length; i++) {
      const at = step === 1 ? i % size : Math.floor(i / size);
      let most = -Infinity;
      for (let k = -3; k <= 3; k++) {
        if (at + k < 0 || at + k >= size) continue;
        most = Math.max(most, from[i + k * step] - (k * k) / radius);
      }
      to[i] = most;
    }
    return to;
  };
  return lines(lines(values, 1), size);
}

function blurred(values: Float32Array, size: number, sigma: number): Float32Array {
  const reach = Math.ceil(3 * sigma);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-((k - reach) ** 2) / (2 * sigma * sigma))); // prettier-ignore
  const total = kernel.reduce((sum, weight) => sum + weight, 0);
  const lines = (from: Float32Array, step: number): Float32Array => {
    const to = new Float32Array(from.length);
    for (let i = 0; i < from.length; i++) {
      const at = step === 1 ? i % size : Math.floor(i / size);
      let sum = 0;
      for (let k = -reach; k <= reach; k++) {
        const near = Math.min(size - 1, Math.max(0, at + k)) - at;
        sum += kernel[k + reach] * from[i + near * step];
      }
      to[i] = sum / total;
    }
    return to;
  };
  return lines(lines(values, 1), size);
}
