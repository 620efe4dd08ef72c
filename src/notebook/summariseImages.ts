import { UNLABELLED, type ImageSet, type SetPart } from "../core";

/** A class of an image set in numbers. */
export interface ClassSummary extends Readonly<Record<string, string | number>> {
  /** Name of the class, or "(unlabelled)". */
  readonly class: string;
  readonly images: number;
  /** Sources, for example scans, that they come from. */
  readonly groups: number;
}

/** Counts images and groups by class; for a set with published parts also the images in each. A row a class that occurs. */
export function summariseImages(set: ImageSet): ClassSummary[] {
  const { labels, classNames, groups, parts } = set;
  const every: readonly SetPart[] = ["train", "test", "unlabelled"];
  const present = every.filter((part) => parts?.includes(part));
  return [...classNames.keys(), UNLABELLED].flatMap((label) => {
    const members = [...labels.keys()].filter((i) => labels[i] === label);
    if (members.length === 0) return [];
    const inParts = present.map(
      (part) => [part, members.filter((i) => parts?.[i] === part).length] as const,
    );
    return {
      class: label === UNLABELLED ? "(unlabelled)" : classNames[label],
      images: members.length,
      groups: new Set(members.map((i) => groups[i])).size,
      ...Object.fromEntries(inParts),
    };
  });
}
