import { InputError, nearestName, type ImageSet } from "../core";
import { imageNames } from "./imageNames";
import { labelsFrom } from "./labelsFrom";
import type { LabelTable } from "./labelTable";

/**
 * The same images with the labels, and where the table has them the groups, of a table; images that it does not name keep
 * theirs. A table may name images with or without their ending, and with more or fewer folders than the set does. With
 * `classNames` other than the set's own, the class of every label is told anew.
 * @throws InputError if a name is no image of the set, or fits several, or a label is no class
 */
export function applyLabels(
  set: ImageSet,
  table: ReadonlyMap<string, string> | LabelTable,
  classNames?: readonly string[],
): ImageSet {
  const { labels, groups } = "labels" in table ? table : { labels: table, groups: undefined };
  const find = imageNames(set.ids);
  const byImage = new Map<number, string>();
  const groupOf = new Map<number, string>();
  for (const [name, label] of labels) {
    const found = find(name);
    if (found.length !== 1)
      throw found.length === 0 ? unknownId(name, set) : several(name, found, set);
    const [image] = found;
    const before = byImage.get(image);
    if (before !== undefined && before !== label) throw twice(name, set.ids[image]);
    byImage.set(image, label.normalize("NFC"));
    const group = groups?.get(name);
    if (group !== undefined && group !== "") groupOf.set(image, group);
  }
  const names = Array.from(
    set.ids,
    (_, i) => byImage.get(i) ?? set.classNames[set.labels[i]] ?? "",
  );
  const grouped =
    groupOf.size === 0
      ? set
      : { ...set, groups: set.groups.map((own, i) => groupOf.get(i) ?? own) };
  return { ...grouped, ...labelsFrom(names, classNames, set.name) };
}

function unknownId(id: string, set: ImageSet): InputError {
  const near = nearestName(id, set.ids.slice(0, 10000));
  return new InputError({
    got: `the id "${id}", which is no image of "${set.name}"`,
    expected: `ids such as "${set.ids[0]}"`,
    todo: near === undefined ? "Check the table." : `Did you mean "${near}"?`,
  });
}

function several(id: string, found: readonly number[], set: ImageSet): InputError {
  return new InputError({
    got: `the id "${id}", which fits ${found.length} images of "${set.name}"`,
    expected: `one of ${found
      .slice(0, 5)
      .map((i) => `"${set.ids[i]}"`)
      .join(", ")}`,
    todo: "Write the folders before the name.",
  });
}

function twice(id: string, image: string): InputError {
  return new InputError({
    got: `the id "${id}" with another label than the table gives "${image}" before`,
    expected: "one label for an image",
    todo: "Mend the table.",
  });
}
