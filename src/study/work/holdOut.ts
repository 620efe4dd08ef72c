import type { ImageSet, Rng } from "../../core";

/**
 * Sets some of the labelled images aside to compare settings on. Whole groups where there are enough of them, so that no scan stands on both sides;
 * each class keeps at least one image to learn from.
 */
export function holdOut(
  set: ImageSet,
  labelled: Int32Array,
  share: number,
  rng: Rng,
): { readonly train: Int32Array; readonly validation: Int32Array } {
  const byGroup = takeGroups(set, labelled, share, rng.fork("groups"));
  const classes = (images: Iterable<number>): number => new Set(Array.from(images, (i) => set.labels[i])).size; // prettier-ignore
  // Groups that hold hardly any of the classes would compare settings on those alone.
  const validation = classes(byGroup) >= 0.75 * classes(labelled) ? byGroup : takeImages(set, labelled, share, rng); // prettier-ignore
  return {
    train: labelled.filter((i) => !validation.has(i)),
    validation: labelled.filter((i) => validation.has(i)),
  };
}

function takeGroups(set: ImageSet, labelled: Int32Array, share: number, rng: Rng): Set<number> {
  const groups = [...new Set(Array.from(labelled, (i) => set.groups[i]))].sort();
  const left = countClasses(set, labelled);
  const taken = new Set<number>();
  for (const g of rng.permutation(groups.length)) {
    const own = labelled.filter((i) => set.groups[i] === groups[g]);
    const counts = countClasses(set, own);
    const keeps = [...counts].every(([label, count]) => (left.get(label) ?? 0) > count);
    if (!keeps || taken.size + own.length > 1.2 * share * labelled.length) continue;
    for (const i of own) taken.add(i);
    for (const [label, count] of counts) left.set(label, (left.get(label) ?? 0) - count);
    if (taken.size >= share * labelled.length) break;
  }
  return taken;
}

/** The last images of each class in the order in which they are labelled. */
function takeImages(set: ImageSet, labelled: Int32Array, share: number, rng: Rng): Set<number> {
  const taken = new Set<number>();
  for (const label of countClasses(set, labelled).keys()) {
    const own = labelled.filter((i) => set.labels[i] === label);
    const count = Math.min(own.length - 1, Math.max(1, Math.round(share * own.length)));
    const order = rng.fork(`class ${label}`).permutation(own.length).subarray(0, count);
    for (const at of order) taken.add(own[at]);
  }
  return taken;
}

function countClasses(set: ImageSet, images: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const i of images) counts.set(set.labels[i], (counts.get(set.labels[i]) ?? 0) + 1);
  return counts;
}
