import { UNLABELLED, type ImageSet } from "../core";

/** What names of images say of where the images come from. */
export interface GroupSuggestion {
  /** A pattern whose first bracket is the group, for `group: { pattern }`. */
  readonly pattern: string;
  /** Groups that it makes, of so many images. */
  readonly groups: number;
  readonly images: number;
  /** One image and its group, as an example. */
  readonly example: readonly [image: string, group: string];
}

/** The end of a name that counts the images of one source: "scan3_0012", "scan3-crop7", "scan3_x10_y20". */
const patterns = [
  "([^/]*?)[ _.-]+[xX]?\\d+[ _.,-]+[yY]?\\d+$",
  "([^/]*?)[ _.-]+[A-Za-z]{0,6}\\d+$",
];

/**
 * Whether names suggest that several images come from one source, which a split must keep together: where each image is a
 * group of its own, and ends of numbers part the images of each class into several sources of several images.
 */
export function suggestGroups(set: ImageSet): GroupSuggestion | undefined {
  const { ids, groups, labels } = set;
  if (ids.length < 4 || groups.some((group, i) => group !== ids[i])) return undefined;
  for (const pattern of patterns) {
    const expression = new RegExp(pattern, "u");
    const found = ids.map((id) => expression.exec(id)?.[1] ?? "");
    const sources = new Set(found);
    const told = new Set(found.filter((_, i) => labels[i] !== UNLABELLED));
    if (found.includes("") || sources.size < 2 || 2 * sources.size > ids.length) continue;
    // Names that only repeat the class say nothing.
    const pairs = new Set(
      found.flatMap((source, i) => (labels[i] === UNLABELLED ? [] : `${labels[i]} ${source}`)),
    );
    const classes = new Set(Array.from(labels).filter((label) => label !== UNLABELLED));
    if (classes.size > 1 && pairs.size <= classes.size) continue;
    if (classes.size > 1 && told.size <= classes.size && pairs.size === told.size) continue;
    return { pattern, groups: sources.size, images: ids.length, example: [ids[0], found[0]] };
  }
  return undefined;
}
