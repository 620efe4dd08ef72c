import { defined, checkBudget, imageSet, InputError, type ImageSet } from "../core";

/** @throws InputError if a set has images of another shape or unit than the first one */
export function checkAlike(set: ImageSet, first: ImageSet): void {
  if (set.unit === first.unit && String(set.shape) === String(first.shape)) return;
  throw new InputError({
    got: `images of ${set.shape.join(" x ")} in ${set.unit} of "${set.name}"`,
    expected: `${first.shape.join(" x ")} in ${first.unit}, as "${first.name}" gives`,
    todo: "Choose a channel that all scans have with --channel.",
  });
}

/** Puts sets that are alike into one, in order. */
export function joinSets(name: string, sets: readonly ImageSet[]): ImageSet {
  const [first] = sets;
  const perImage = first.shape[0] * first.shape[1] * first.shape[2];
  const count = sets.reduce((sum, set) => sum + set.ids.length, 0);
  // Once as they are, and once in one piece.
  checkBudget(name, 8 * count * perImage);
  const pixels = new Float32Array(count * perImage);
  let at = 0;
  for (const set of sets) {
    pixels.set(set.pixels.read([...set.ids.keys()]), at * perImage);
    at += set.ids.length;
  }
  const { shape, unit, nmPerPixel } = first;
  return imageSet({
    name,
    pixels,
    shape,
    ids: uniqueIds(sets.flatMap((set) => set.ids)),
    groups: sets.flatMap((set) => set.groups),
    windows: sets.flatMap((set) => set.windows ?? []),
    unit,
    ...defined({ nmPerPixel }),
  });
}

/** Two scans in one group have places of one name. */
function uniqueIds(ids: readonly string[]): string[] {
  const seen = new Set<string>();
  return ids.map((id) => {
    let own = id;
    for (let n = 2; seen.has(own); n++) own = `${id} (${n})`;
    seen.add(own);
    return own;
  });
}
