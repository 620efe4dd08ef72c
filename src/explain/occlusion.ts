import { defined, checkInteger, imageSet, InputError, type ImageSet, type Rng } from "../core";
import { latticeFill, measure, patchLattice, type LatticeOptions, type PatchLattice } from "../physics"; // prettier-ignore
import type { Target } from "./head";
import type { ScoreImages } from "./model";

/** Fills a hole of one image of one channel, from what is not bad. Row-major, not 0 in the hole, and where bad. [h*w] -> [h*w] */
export type Fill = (image: Float32Array, hole: Uint8Array, bad?: Uint8Array) => Float32Array;

/** A fill for each image of a set: the crystal, along the scan line first. Images of several channels are filled channel by channel. */
export function latticeFills(
  images: ImageSet,
  options: LatticeOptions = {},
): (index: number) => Fill {
  const [height, width, channels] = images.shape;
  const shape = { height, width };
  const known = { ...defined({ nmPerPixel: images.nmPerPixel }), ...options }; // prettier-ignore
  return (index) => {
    const pixels = images.pixels.read([index]);
    const planes = Array.from({ length: channels }, (_, c) =>
      Float32Array.from({ length: height * width }, (__, p) => pixels[p * channels + c]),
    );
    const { centre } = measure(planes[0], shape, known);
    const away = disc(shape, centre, 1);
    const lattices = planes.map((plane): PatchLattice => {
      const first = patchLattice(plane, shape, known);
      const weights = away(1.1 * Math.hypot(...first.across));
      return patchLattice(plane, shape, known, weights, first);
    });
    return (image, hole, bad) => {
      const out = new Float32Array(image.length);
      planes.forEach((_, c) => {
        const plane = image.filter((__, i) => i % channels === c);
        latticeFill(plane, shape, hole, lattices[c], defined({ bad })).forEach(
          (v, p) => (out[p * channels + c] = v),
        );
      });
      return out;
    };
  };
}

function disc(
  { width, height }: { readonly width: number; readonly height: number },
  [cx, cy]: readonly [number, number],
  inside: number,
): (radius: number) => Float64Array {
  return (radius) =>
    Float64Array.from({ length: width * height }, (_, i) =>
      Math.hypot((i % width) - cx, Math.floor(i / width) - cy) <= radius ? 1 - inside : 1,
    );
}

/** What is taken out of images. */
export interface CleanOptions extends LatticeOptions {
  /** Pixels of each image that are filled, row-major, not 0 where so. @default a disc of one row distance around what `physics.measure` finds */
  readonly masks?: readonly Uint8Array[];
}

/** Rows that an image needs, so that there are cells to copy. */
const leastRows = 3;

function checkRows(images: ImageSet, options: LatticeOptions): void {
  const [height, width, channels] = images.shape;
  const counts = images.ids.map((_, i) => {
    const plane = images.pixels.read([i]).filter((__, p) => p % channels === 0);
    const { across } = patchLattice(plane, { height, width }, options);
    return Math.min(height, width) / Math.hypot(...across);
  });
  const median = counts.sort((a, b) => a - b)[counts.length >> 1];
  if (median >= leastRows) return;
  throw new InputError({
    got: `images of ${median.toFixed(1)} rows of the crystal`,
    expected: `at least ${leastRows}, to fill a feature from the cells around it`,
    todo: "Cut larger images, or give cellNm where rows are told wrongly.",
  });
}

/**
 * The same images with the clean crystal in place of the feature: what evidence is taken against.
 * @throws InputError if images hold fewer than three rows, so that there is nothing to copy from
 */
export function cleanImages(images: ImageSet, options: CleanOptions = {}): ImageSet {
  const [height, width, channels] = images.shape;
  const size = height * width * channels;
  const fills = latticeFills(images, options);
  const pixels = new Float32Array(images.ids.length * size);
  const nm = options.nmPerPixel ?? images.nmPerPixel;
  const known = { ...options, ...defined({ nmPerPixel: nm }) };
  checkRows(images, known);
  images.ids.forEach((_, i) => {
    const image = images.pixels.read([i]);
    const hole = options.masks?.[i] ?? holeAround(image, images.shape, known);
    pixels.set(fills(i)(image, hole), i * size);
  });
  return imageSet({ ...images, pixels, name: `${images.name}, clean` });
}

function holeAround(
  image: Float32Array,
  [height, width, channels]: ImageSet["shape"],
  known: LatticeOptions,
): Uint8Array {
  const plane = image.filter((_, i) => i % channels === 0);
  const { centre } = measure(plane, { height, width }, known);
  const lattice = patchLattice(plane, { height, width }, known);
  const outside = disc({ height, width }, centre, 1)(Math.hypot(...lattice.across));
  return Uint8Array.from(outside, (value) => 1 - value);
}

/** Which windows are covered. */
export interface OcclusionOptions {
  /** Edge of a window in pixels: about one cell. @default a quarter of the image */
  readonly window?: number;
  /** @default half the window */
  readonly stride?: number;
  /** What is put into a window. */
  readonly fill: Fill;
  /** Pixels of the feature, not 0 there: windows that miss it tell what filling alone does. @default the middle third of the image */
  readonly mask?: Uint8Array;
}

/** What covering changes. */
export interface Occlusion {
  /** Score less the score with the window filled, mean over the windows that cover a pixel. [h*w] */
  readonly values: Float64Array;
  /** Spread of the change where a window misses the feature: what filling alone does. */
  readonly artefact: number;
  /** Largest size of the change on the feature over the artefact. */
  readonly z: number;
}

/**
 * Fills windows all over an image and tells how the score changes. Needs no more than scores, so that fine-tuned heads and any classifier can be asked.
 * @throws InputError if the window or the stride is not a whole number of at least 1
 * @see Zeiler & Fergus 2014, arXiv:1311.2901
 */
export function occlusion(
  score: ScoreImages,
  image: Float32Array,
  shape: ImageSet["shape"],
  target: Target,
  options: OcclusionOptions,
): Occlusion {
  const [height, width] = shape;
  const { window = Math.max(2, Math.round(Math.min(height, width) / 4)), fill } = options;
  const { stride = Math.max(1, Math.floor(window / 2)) } = options;
  checkInteger("window", window, { min: 1, max: Math.min(height, width) });
  checkInteger("stride", stride, { min: 1 });
  const mask = options.mask ?? middleThird(shape);
  const places: (readonly [number, number])[] = [];
  for (const top of starts(height, window, stride))
    for (const left of starts(width, window, stride)) places.push([top, left]);
  const filled = new Float32Array((places.length + 1) * image.length);
  filled.set(image);
  places.forEach(([top, left], k) => {
    const hole = new Uint8Array(height * width);
    for (let y = top; y < top + window; y++)
      hole.fill(1, y * width + left, y * width + left + window);
    filled.set(fill(image, hole), (k + 1) * image.length);
  });
  const scores = score(filled, Array<Target>(places.length + 1).fill(target));
  const sums = new Float64Array(height * width);
  const counts = new Float64Array(height * width);
  const outside: number[] = [];
  let most = 0;
  places.forEach(([top, left], k) => {
    const change = scores[0] - scores[k + 1];
    let covered = 0;
    for (let y = top; y < top + window; y++) {
      for (let x = left; x < left + window; x++) {
        sums[y * width + x] += change;
        counts[y * width + x] += 1;
        covered += mask[y * width + x] === 0 ? 0 : 1;
      }
    }
    if (covered === 0) outside.push(change);
    else most = Math.max(most, Math.abs(change));
  });
  const artefact = Math.sqrt(outside.reduce((sum, v) => sum + v * v, 0) / Math.max(1, outside.length)); // prettier-ignore
  return {
    values: sums.map((sum, i) => (counts[i] > 0 ? sum / counts[i] : 0)),
    artefact,
    z: artefact > 0 ? most / artefact : NaN,
  };
}

/** Where windows begin: evenly, and at the far border. */
function starts(length: number, window: number, stride: number): number[] {
  const list: number[] = [];
  for (let at = 0; at + window <= length; at += stride) list.push(at);
  if (list[list.length - 1] !== length - window) list.push(length - window);
  return list;
}

function middleThird([height, width]: ImageSet["shape"]): Uint8Array {
  const inside = (at: number, length: number): boolean => at >= length / 3 && at < (2 * length) / 3;
  return Uint8Array.from({ length: height * width }, (_, i) =>
    inside(i % width, width) && inside(Math.floor(i / width), height) ? 1 : 0,
  );
}

/**
 * Randomised covering: the mean of random coarse masks, each weighted by the score that it leaves less the mean of all. [h*w*c] -> [h*w]
 * @see Petsiuk, Das & Saenko 2018, arXiv:1806.07421
 */
export function rise(
  score: ScoreImages,
  image: Float32Array,
  shape: ImageSet["shape"],
  target: Target,
  { fill, rng, masks = 1000, grid = 5, keep = 0.5 }: { readonly fill: Fill; readonly rng: Rng; readonly masks?: number; readonly grid?: number; readonly keep?: number }, // prettier-ignore
): Float64Array {
  const [height, width] = shape;
  const everything = new Uint8Array(height * width).fill(1);
  const covered = fill(image, everything);
  const channels = shape[2];
  const drawn: Float32Array[] = [];
  const pixels = new Float32Array(masks * image.length);
  for (let k = 0; k < masks; k++) {
    const cells = Float64Array.from({ length: (grid + 1) ** 2 }, () => (rng.uniform() < keep ? 1 : 0)); // prettier-ignore
    const [dx, dy] = [rng.uniform(), rng.uniform()];
    const mask = Float32Array.from({ length: height * width }, (_, i) => {
      const [u, v] = [((i % width) / width) * (grid - 1) + dx, (Math.floor(i / width) / height) * (grid - 1) + dy]; // prettier-ignore
      const [a, b] = [Math.floor(u), Math.floor(v)];
      const at = (x: number, y: number): number => cells[Math.min(grid, y) * (grid + 1) + Math.min(grid, x)]; // prettier-ignore
      const [s, t] = [u - a, v - b];
      return (1 - t) * ((1 - s) * at(a, b) + s * at(a + 1, b)) + t * ((1 - s) * at(a, b + 1) + s * at(a + 1, b + 1)); // prettier-ignore
    });
    drawn.push(mask);
    for (let i = 0; i < image.length; i++) {
      const m = mask[Math.floor(i / channels)];
      pixels[k * image.length + i] = m * image[i] + (1 - m) * covered[i];
    }
  }
  const scores = score(pixels, Array<Target>(masks).fill(target));
  const mean = scores.reduce((sum, v) => sum + v / masks, 0);
  const [weighted, total] = [new Float64Array(height * width), new Float64Array(height * width)];
  drawn.forEach((mask, k) =>
    mask.forEach((m, i) => {
      weighted[i] += (scores[k] - mean) * m;
      total[i] += m;
    }),
  );
  return weighted.map((value, i) => (total[i] > 0 ? value / total[i] : 0));
}
