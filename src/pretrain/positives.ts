import { InputError, type ImageSet, type Rng } from "../core";

/** Which images are views of the same thing before anything is augmented. */
export const pairings = ["none", "windows"] as const;

/** "none": each image alone. "windows": the images of one group with the same window, such as trace and retrace. */
export type Pairing = (typeof pairings)[number];

/**
 * The images of each place, so that a place is drawn once in an epoch and none of its images becomes a negative of another.
 * @throws InputError if pairs are asked for and there are none
 */
export function findPlaces(images: ImageSet, pairs: Pairing): readonly (readonly number[])[] {
  const all = Array.from(images.ids.keys());
  if (pairs === "none") return all.map((i) => [i]);
  const { windows, groups } = images;
  const places = new Map<string, number[]>();
  for (const i of all) {
    const window = windows?.[i];
    const key = JSON.stringify(
      window === undefined ? i : [groups[i], window.x, window.y, window.size],
    );
    const place = places.get(key);
    if (place === undefined) places.set(key, [i]);
    else place.push(i);
  }
  if (places.size < all.length) return [...places.values()];
  throw new InputError({
    got:
      windows === undefined
        ? "images that do not know where they were cut"
        : `${all.length} images of ${all.length} places`,
    expected: "two or more images of one place, for example trace and retrace, to pair by windows",
    todo: 'Give both, with their windows and the same group; or leave "pairs" out.',
  });
}

/** Draws two images of each place: different ones where there are two, the same one twice where there is one. */
export function drawPairs(
  places: readonly (readonly number[])[],
  chosen: Int32Array,
  rng: Rng,
): { readonly first: Int32Array; readonly second: Int32Array } {
  const first = new Int32Array(chosen.length);
  const second = new Int32Array(chosen.length);
  chosen.forEach((at, i) => {
    const place = places[at];
    if (place.length === 1) {
      first[i] = second[i] = place[0];
      return;
    }
    const a = rng.integer(place.length);
    const b = rng.integer(place.length - 1);
    first[i] = place[a];
    second[i] = place[b < a ? b : b + 1];
  });
  return { first, second };
}
