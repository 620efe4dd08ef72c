import { tf, type Tensor, type Tensor3D, type Tensor4D } from "../core";
import { onImages } from "./onImages";

/**
 * An affine map of colours, as 12 numbers: for each of red, green and blue its weights of the old red, green and blue,
 * and what is added.
 */
export type ColourMap = readonly number[];

/** Weights of red, green and blue in what the eye sees as lightness. @see ITU-R BT.601 */
const luminance: readonly [number, number, number] = [0.299, 0.587, 0.114];

/** Leaves colours as they are. */
export function identityMap(): ColourMap {
  return brightnessMap(1);
}

/** Multiplies all channels. */
export function brightnessMap(factor: number): ColourMap {
  return contrastMap(factor, 0);
}

/** Moves colours away from, or towards, one grey. */
export function contrastMap(factor: number, grey: number): ColourMap {
  const add = grey * (1 - factor);
  return [factor, 0, 0, add, 0, factor, 0, add, 0, 0, factor, add];
}

/** Moves each colour away from, or towards, its own luminance; factor 0 gives grey. */
export function saturationMap(factor: number): ColourMap {
  const map = new Array<number>(12).fill(0);
  for (let row = 0; row < 3; row++) {
    for (let k = 0; k < 3; k++) {
      map[4 * row + k] = (1 - factor) * luminance[k] + (k === row ? factor : 0);
    }
  }
  return map;
}

/** From red, green and blue to luminance and the two colour differences of NTSC, and back. */
const [toYiq, fromYiq] = yiqMaps();

function yiqMaps(): [ColourMap, ColourMap] {
  const forward = [...luminance, 0, 0.5959, -0.2746, -0.3213, 0, 0.2115, -0.5227, 0.3112, 0];
  return [forward, inverse(forward)];
}

/**
 * Turns colours about the grey axis of YIQ, which keeps luminance; a third of a turn takes red near green.
 * @see Smith 1978, Computer Graphics 12, 12
 */
export function hueMap(turns: number): ColourMap {
  // In this plane green lies clockwise of red.
  const angle = -2 * Math.PI * turns;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const turn = [1, 0, 0, 0, 0, cos, -sin, 0, 0, sin, cos, 0];
  return chain(chain(toYiq, turn), fromYiq);
}

/** One map after the other, as one map. */
export function chain(first: ColourMap, second: ColourMap): ColourMap {
  const both = new Array<number>(12).fill(0);
  for (let row = 0; row < 12; row += 4) {
    for (let k = 0; k < 4; k++) {
      both[row + k] =
        second[row] * first[k] + second[row + 1] * first[4 + k] + second[row + 2] * first[8 + k];
    }
    both[row + 3] += second[row + 3];
  }
  return both;
}

/** Luminance of a colour after a map. */
export function luminanceAfter(map: ColourMap, colour: ArrayLike<number>): number {
  let sum = 0;
  for (let row = 0; row < 3; row++) {
    const at = 4 * row;
    const mapped =
      map[at] * colour[0] + map[at + 1] * colour[1] + map[at + 2] * colour[2] + map[at + 3];
    sum += luminance[row] * mapped;
  }
  return sum;
}

/** The map that undoes one without additions, by Cramer's rule. */
function inverse(map: ColourMap): ColourMap {
  const minor = (i: number, j: number): number => {
    const [r, s] = [4 * ((i + 1) % 3), 4 * ((i + 2) % 3)];
    const [p, q] = [(j + 1) % 3, (j + 2) % 3];
    return map[r + p] * map[s + q] - map[r + q] * map[s + p];
  };
  const determinant = map[0] * minor(0, 0) + map[1] * minor(0, 1) + map[2] * minor(0, 2);
  return Array.from({ length: 12 }, (_, k) =>
    k % 4 === 3 ? 0 : minor(k % 4, Math.floor(k / 4)) / determinant,
  );
}

/**
 * Maps the colours of each image by its own map, all in one pass or one multiplication; with `clip`, values are cut to
 * [0,1]. [b,h,w,3] -> [b,h,w,3]
 */
export function applyColourMaps(
  images: Tensor4D,
  maps: readonly ColourMap[],
  { clip = false }: { readonly clip?: boolean } = {},
): Tensor4D {
  const numbers = (): Tensor[] => [tf.tensor2d(Float32Array.from(maps.flat()), [maps.length, 12])];
  const own = onImages("FewscopeColours", images, numbers, { clip: clip ? 1 : 0 });
  if (own !== undefined) return own as Tensor4D;
  const mapped = multiplyColours(images, maps);
  return clip ? tf.clipByValue(mapped, 0, 1) : mapped;
}

function multiplyColours(images: Tensor4D, maps: readonly ColourMap[]): Tensor4D {
  const [count, height, width] = images.shape;
  const matrices = new Float32Array(9 * count);
  const offsets = new Float32Array(3 * count);
  maps.forEach((map, i) => {
    for (let row = 0; row < 3; row++) {
      for (let k = 0; k < 3; k++) matrices[9 * i + 3 * row + k] = map[4 * row + k];
      offsets[3 * i + row] = map[4 * row + 3];
    }
  });
  const colours: Tensor3D = tf.reshape(images, [count, height * width, 3]);
  const mapped = tf.matMul(colours, tf.tensor3d(matrices, [count, 3, 3]), false, true);
  // Adding them takes longer than the product.
  const moved = offsets.some((offset) => offset !== 0)
    ? tf.add(mapped, tf.tensor3d(offsets, [count, 1, 3]))
    : mapped;
  return tf.reshape(moved, images.shape);
}
