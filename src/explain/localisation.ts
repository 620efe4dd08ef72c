import { InputError } from "../core";

/** How much of a map lies on a mask. Not one of them alone says that a map is true: compare with the baselines. */
export interface Localisation {
  /** Share of the positive values that lies in the mask; NaN where nothing is positive. */
  readonly energy: number;
  /** The same share over the mask's share of the image: 1 for an even map. */
  readonly enrichment: number;
  /** Whether the largest value lies in the mask, or within `tolerance` of it. */
  readonly pointing: boolean;
  /** Share of the mask among as many largest pixels as it has. */
  readonly rank: number;
  /** Chance that a pixel of the mask has more than one outside of it. */
  readonly auc: number;
  /** Overlap of the mask with what has at least half of the largest value, over both together. */
  readonly overlap: number;
}

/**
 * Measures a map against a mask.
 * @param tolerance pixels by which the largest value may miss the mask: a cell of a coarse map
 * @throws InputError if the mask is empty or full, or the lengths differ
 */
export function localisation(
  map: ArrayLike<number>,
  mask: Uint8Array,
  { width, tolerance = 0 }: { readonly width: number; readonly tolerance?: number },
): Localisation {
  const n = mask.length;
  const inside = mask.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
  if (map.length !== n || inside === 0 || inside === n) {
    throw new InputError({
      got: `a mask of ${inside} pixels out of ${n} for a map of ${map.length}`,
      expected: "a mask with pixels inside and outside, as long as the map",
      todo: "Leave out images without the feature: they would count as hits.",
    });
  }
  let [positive, within, highest] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const value = Math.max(0, map[i]);
    positive += value;
    if (mask[i] !== 0) within += value;
    if (map[i] > map[highest]) highest = i;
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => map[b] - map[a]);
  const top = order.slice(0, inside).filter((i) => mask[i] !== 0).length;
  const energy = positive > 0 ? within / positive : NaN;
  const bound = map[highest] / 2;
  let [both, either] = [0, 0];
  for (let i = 0; i < n; i++) {
    const [a, b] = [map[i] >= bound && map[highest] > 0, mask[i] !== 0];
    both += a && b ? 1 : 0;
    either += a || b ? 1 : 0;
  }
  return {
    energy,
    enrichment: energy / (inside / n),
    pointing: nearMask(mask, width, highest, tolerance),
    rank: top / inside,
    auc: pixelAuc(map, mask, order, inside),
    overlap: both / either,
  };
}

function nearMask(mask: Uint8Array, width: number, at: number, tolerance: number): boolean {
  const [x, y] = [at % width, Math.floor(at / width)];
  return mask.some(
    (value, i) =>
      value !== 0 && Math.hypot((i % width) - x, Math.floor(i / width) - y) <= tolerance,
  );
}

/** By ranks; equal values count half. */
function pixelAuc(
  map: ArrayLike<number>,
  mask: Uint8Array,
  order: readonly number[],
  inside: number,
): number {
  let [sum, from] = [0, 0];
  const n = order.length;
  while (from < n) {
    let to = from;
    while (to < n && map[order[to]] === map[order[from]]) to++;
    // Ranks count from the smallest, 1.
    const rank = n - (from + to - 1) / 2;
    for (let k = from; k < to; k++) if (mask[order[k]] !== 0) sum += rank;
    from = to;
  }
  return (sum - (inside * (inside + 1)) / 2) / (inside * (n - inside));
}

/** Spearman's rank correlation of two lists, ties sharing their mean rank; NaN where one is constant. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (x.length + 1) / 2;
  let [cross, own, other] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    cross += (x[i] - mean) * (y[i] - mean);
    own += (x[i] - mean) ** 2;
    other += (y[i] - mean) ** 2;
  }
  return own > 0 && other > 0 ? cross / Math.sqrt(own * other) : NaN;
}

function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((p, q) => values[p] - values[q]); // prettier-ignore
  const out = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let k = from; k < to; k++) out[order[k]] = (from + 1 + to) / 2;
    from = to;
  }
  return out;
}

/** A map of nothing but distance from the middle: scores high wherever features are centred. [h*w] */
export function centreMap([height, width]: readonly [number, number, ...number[]]): Float64Array {
  const [cy, cx, spread] = [(height - 1) / 2, (width - 1) / 2, Math.min(height, width) / 6];
  return Float64Array.from({ length: height * width }, (_, i) =>
    Math.exp(-(((i % width) - cx) ** 2 + (Math.floor(i / width) - cy) ** 2) / (2 * spread ** 2)),
  );
}

/** How far each pixel is from the image's median: what stands out without any network. First channel. [h*w*c] -> [h*w] */
export function outstanding(image: Float32Array, channels: number): Float64Array {
  const plane = Float64Array.from(image.filter((_, i) => i % channels === 0));
  const order = plane.slice().sort();
  const median = order[order.length >> 1];
  return plane.map((value) => Math.abs(value - median));
}
