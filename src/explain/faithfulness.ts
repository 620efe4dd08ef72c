import type { ImageSet, Rng } from "../core";
import type { Target } from "./head";
import type { ScoreImages } from "./model";
import type { Fill } from "./occlusion";

/** What filling pixels in a map's order does to a score. */
export interface FillingCurves {
  /** Mean score while the most important pixels are filled first, over that while they are filled in random order: below 0 where the map tells. */
  readonly deletion: number;
  /** Mean score while the least important are filled first, less the random one's: above 0 where the map tells. */
  readonly insertion: number;
}

/**
 * Fills growing shares of an image in the order of a map and tells the score's mean on the way, less that of random orders.
 * @see Samek et al. 2017, arXiv:1509.06321; Petsiuk et al. 2018, arXiv:1806.07421
 */
export function fillingCurves(
  score: ScoreImages,
  image: Float32Array,
  map: ArrayLike<number>,
  target: Target,
  { fill, rng, shares = [0.05, 0.1, 0.2, 0.35, 0.5], orders = 3 }: { readonly fill: Fill; readonly rng: Rng; readonly shares?: readonly number[]; readonly orders?: number }, // prettier-ignore
): FillingCurves {
  const n = map.length;
  const falling = Array.from({ length: n }, (_, i) => i).sort((a, b) => map[b] - map[a]);
  const lists = [falling, falling.slice().reverse(), ...Array.from({ length: orders }, () => Array.from(rng.permutation(n)))]; // prettier-ignore
  const pixels = new Float32Array(lists.length * shares.length * image.length);
  lists.forEach((order, l) =>
    shares.forEach((share, s) => {
      const hole = new Uint8Array(n);
      for (const i of order.slice(0, Math.round(share * n))) hole[i] = 1;
      pixels.set(fill(image, hole), (l * shares.length + s) * image.length);
    }),
  );
  const scores = score(pixels, Array<Target>(lists.length * shares.length).fill(target));
  const mean = (l: number): number =>
    shares.reduce((sum, _, s) => sum + scores[l * shares.length + s] / shares.length, 0);
  let random = 0;
  for (let k = 0; k < orders; k++) random += mean(2 + k) / orders;
  return { deletion: mean(0) - random, insertion: mean(1) - random };
}

/**
 * Fills holes with the weighted mean of their eight neighbours, all holes at once, as ROAD does: 1/6 for the four sides, 1/12 for the four corners,
 * shared anew at the border.
 * @param noise spread of what is added, for example the measurement's; needs `rng`
 * @see Rong et al. 2022, arXiv:2202.00449
 */
export function noisyLinearFill(
  values: ArrayLike<number>,
  hole: Uint8Array,
  width: number,
  { noise = 0, rng }: { readonly noise?: number; readonly rng?: Rng } = {},
): Float64Array {
  const out = Float64Array.from(values, (value, i) => (hole[i] === 0 ? value : 0));
  const height = out.length / width;
  const holes = Array.from(hole.keys()).filter((i) => hole[i] !== 0);
  // Each sweep takes the newest neighbours; the sums of weights are 1, so that it converges wherever a pixel is left.
  for (let sweep = 0, moved = 1; sweep < 5000 && moved > 1e-12; sweep++) {
    moved = 0;
    for (const i of holes) {
      const [x, y] = [i % width, Math.floor(i / width)];
      let [sum, weights] = [0, 0];
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const [u, v] = [x + dx, y + dy];
          if ((dx === 0 && dy === 0) || u < 0 || v < 0 || u >= width || v >= height) continue;
          const weight = dx === 0 || dy === 0 ? 1 / 6 : 1 / 12;
          sum += weight * out[v * width + u];
          weights += weight;
        }
      }
      moved = Math.max(moved, Math.abs(sum / weights - out[i]));
      out[i] = sum / weights;
    }
  }
  if (rng !== undefined) for (const i of holes) out[i] += noise * rng.normal();
  return out;
}

/**
 * How far a map moves at most when the image moves within its noise: the largest |M(x + d) - M(x)| / |M(x)| of some draws, uniform within +-`radius`.
 * A constant map scores 0 and says nothing.
 * @see Yeh et al. 2019, arXiv:1901.09392
 */
export function sensitivity(
  mapOf: (images: ImageSet) => readonly ArrayLike<number>[],
  images: ImageSet,
  { radius, draws = 10, rng }: { readonly radius: number; readonly draws?: number; readonly rng: Rng }, // prettier-ignore
): Float64Array {
  const before = mapOf(images);
  const worst = new Float64Array(images.ids.length);
  for (let k = 0; k < draws; k++) {
    const moved: ImageSet = {
      ...images,
      pixels: {
        read: (indices) =>
          images.pixels.read(indices).map((value) => value + rng.between(-radius, radius)),
      },
    };
    mapOf(moved).forEach((map, i) => {
      let [off, own] = [0, 0];
      for (let p = 0; p < map.length; p++) {
        off += (map[p] - before[i][p]) ** 2;
        own += before[i][p] ** 2;
      }
      worst[i] = Math.max(worst[i], own > 0 ? Math.sqrt(off / own) : 0);
    });
  }
  return worst;
}
