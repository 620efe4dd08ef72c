import type { Rng } from "../core";
import { sampleOf, squaredDistance } from "./distances";

/** Which cluster each item is in, and where the clusters are. */
export interface Clusters {
  /** One of 0..k-1 for each of the items. */
  readonly of: Int32Array;
  /** Row-major, [k*d]. */
  readonly centres: Float64Array;
  readonly k: number;
}

/** Rounds after which clusters that still move are taken as they are. */
const rounds = 30;
/** Items that the centres are fitted to; one more pass then sorts in all. */
const fitted = 5000;

/**
 * k-means of some rows, from k-means++ starts; an empty cluster begins anew at the item farthest from its centre. Seeded.
 * @see Lloyd 1982; Arthur & Vassilvitskii 2007, k-means++: the advantages of careful seeding
 */
export function lloyd(
  features: ArrayLike<number>,
  dim: number,
  items: readonly number[],
  wanted: number,
  rng: Rng,
): Clusters {
  const sample = sampleOf(items, fitted, rng.fork("sample"));
  const k = Math.min(wanted, sample.length);
  const centres = spread(features, dim, sample, k, rng.fork("start"));
  let of = new Int32Array(sample.length).fill(-1);
  for (let round = 0; round < rounds; round++) {
    const next = assign(features, dim, sample, centres, k);
    if (next.of.every((cluster, at) => cluster === of[at])) break;
    of = next.of;
    move(features, dim, sample, next, centres, k);
  }
  return { of: assign(features, dim, items, centres, k).of, centres, k };
}

/** k-means++: each start is drawn with a chance that goes by its squared distance from those before. */
function spread(
  features: ArrayLike<number>,
  dim: number,
  items: readonly number[],
  k: number,
  rng: Rng,
): Float64Array {
  const centres = new Float64Array(k * dim);
  const nearest = new Float64Array(items.length).fill(Infinity);
  for (let c = 0; c < k; c++) {
    const at = c === 0 ? rng.integer(items.length) : drawBy(nearest, rng.uniform());
    for (let j = 0; j < dim; j++) centres[c * dim + j] = features[items[at] * dim + j];
    items.forEach((i, row) => {
      nearest[row] = Math.min(nearest[row], squaredDistance(features, i, centres, c, dim));
    });
  }
  return centres;
}

/** The first place whose sum of weights passes the share u of all; evenly where all weights are 0. */
export function drawBy(weights: ArrayLike<number>, u: number): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += Math.max(0, weights[i]);
  if (!(total > 0)) return Math.min(weights.length - 1, Math.floor(u * weights.length));
  let [sum, last] = [0, 0];
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] <= 0) continue;
    sum += weights[i];
    last = i;
    if (sum > u * total) return i;
  }
  return last;
}

interface Assigned {
  readonly of: Int32Array<ArrayBuffer>;
  readonly distances: Float64Array;
}

function assign(
  features: ArrayLike<number>,
  dim: number,
  items: readonly number[],
  centres: Float64Array,
  k: number,
): Assigned {
  const of = new Int32Array(items.length);
  const distances = new Float64Array(items.length);
  items.forEach((i, row) => {
    let [best, least] = [0, Infinity];
    for (let c = 0; c < k; c++) {
      const d = squaredDistance(features, i, centres, c, dim);
      if (d < least) [best, least] = [c, d];
    }
    of[row] = best;
    distances[row] = least;
  });
  return { of, distances };
}

function move(
  features: ArrayLike<number>,
  dim: number,
  items: readonly number[],
  { of, distances }: Assigned,
  centres: Float64Array,
  k: number,
): void {
  const counts = new Int32Array(k);
  centres.fill(0);
  items.forEach((i, row) => {
    counts[of[row]]++;
    for (let j = 0; j < dim; j++) centres[of[row] * dim + j] += features[i * dim + j];
  });
  for (let c = 0; c < k; c++) {
    if (counts[c] > 0) {
      for (let j = 0; j < dim; j++) centres[c * dim + j] /= counts[c];
      continue;
    }
    let farthest = 0;
    for (let row = 1; row < items.length; row++)
      if (distances[row] > distances[farthest]) farthest = row;
    distances[farthest] = 0;
    for (let j = 0; j < dim; j++) centres[c * dim + j] = features[items[farthest] * dim + j];
  }
}
