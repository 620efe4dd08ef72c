import type { ImageSet } from "../core";

/** What each image's values are brought to mean 0 and spread 1 by. */
export type Standardise = "none" | "group" | "image";

/**
 * Brings sources of different unit or gain to one scale: by each image, or by all images of its group together, which
 * keeps the differences within a group. Uses pixels only, never labels.
 */
export function standardise(set: ImageSet, by: Standardise): ImageSet {
  if (by === "none") return set;
  const size = set.shape[0] * set.shape[1] * set.shape[2];
  const scales = by === "group" ? groupScales(set) : undefined;
  return {
    ...set,
    unit: "standard deviations",
    pixels: {
      read: (indices) => {
        const values = set.pixels.read(indices);
        for (let i = 0; i < indices.length; i++) {
          const image = values.subarray(i * size, (i + 1) * size);
          const { mean, deviation } = scales?.get(set.groups[indices[i]]) ?? scaleOf([image]);
          for (let j = 0; j < size; j++) image[j] = (image[j] - mean) / deviation;
        }
        return values;
      },
    },
  };
}

interface Scale {
  readonly mean: number;
  readonly deviation: number;
  /** Whether all values are the same. */
  readonly flat: boolean;
}

/** Groups of fewer images say little of their scale. */
const enoughImages = 10;

/**
 * Smallest and largest standard deviation of the pixels of a group, over groups of at least ten images that are not flat; undefined where there are not two.
 * A large ratio tells that the groups are of different units or gains.
 */
export function groupSpreads(
  set: ImageSet,
): { readonly smallest: number; readonly largest: number } | undefined {
  const counts = new Map<string, number>();
  for (const group of set.groups) counts.set(group, (counts.get(group) ?? 0) + 1);
  const large = [...counts].filter(([, count]) => count >= enoughImages).map(([group]) => group);
  if (large.length < 2) return undefined;
  const scales = groupScales(set);
  const spreads = large.flatMap((group) => {
    const { deviation = 0, flat = true } = scales.get(group) ?? {};
    return flat ? [] : [deviation];
  });
  if (spreads.length < 2) return undefined;
  return { smallest: Math.min(...spreads), largest: Math.max(...spreads) };
}

function groupScales(set: ImageSet): Map<string, Scale> {
  const members = new Map<string, number[]>();
  set.groups.forEach((group, i) => {
    const list = members.get(group);
    if (list === undefined) members.set(group, [i]);
    else list.push(i);
  });
  return new Map(
    [...members].map(([group, indices]) => [group, scaleOf(chunks(set, indices))] as const),
  );
}

/** Images read at once. */
const chunkSize = 500;

function* chunks(set: ImageSet, indices: readonly number[]): Generator<Float32Array> {
  for (let from = 0; from < indices.length; from += chunkSize)
    yield set.pixels.read(indices.slice(from, from + chunkSize));
}

function scaleOf(parts: Iterable<Float32Array>): Scale {
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (const values of parts) {
    for (const value of values) {
      // Welford's update: heights may sit far from zero.
      count += 1;
      const delta = value - mean;
      mean += delta / count;
      squares += delta * (value - mean);
    }
  }
  const variance = squares / Math.max(1, count);
  return { mean, deviation: variance > 0 ? Math.sqrt(variance) : 1, flat: variance === 0 };
}
