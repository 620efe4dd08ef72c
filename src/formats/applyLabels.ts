import { InputError, nearestName, type ImageSet } from "../core";
import { labelsFrom } from "./labelsFrom";

/**
 * The same images with the labels of a table; images that it does not name keep theirs. With `classNames` other than
 * the set's own, the class of every label is told anew.
 * @throws InputError if an id is no image of the set, or a label no class
 */
export function applyLabels(
  set: ImageSet,
  labels: ReadonlyMap<string, string>,
  classNames?: readonly string[],
): ImageSet {
  const ids = new Set(set.ids);
  for (const id of labels.keys()) {
    if (!ids.has(id)) throw unknownId(id, set);
  }
  const names = Array.from(
    set.ids,
    (id, i) => labels.get(id) ?? set.classNames[set.labels[i]] ?? "",
  );
  return { ...set, ...labelsFrom(names, classNames, set.name) };
}

function unknownId(id: string, set: ImageSet): InputError {
  const near = nearestName(id, set.ids.slice(0, 10000));
  return new InputError({
    got: `the id "${id}", which is no image of "${set.name}"`,
    expected: `ids such as "${set.ids[0]}"`,
    todo: near === undefined ? "Check the table." : `Did you mean "${near}"?`,
  });
}
