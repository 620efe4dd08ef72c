import { InputError, nearestName, UNLABELLED } from "../core";

/** Labels as class indices, with the names of the classes. */
export interface IndexedLabels {
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
}

/**
 * Turns labels as they stand in a file into class indices: whole numbers (negative: unlabelled) or names (empty:
 * unlabelled). Without class names the labels that occur are the classes, numbers by size, names by their bytes.
 * @throws InputError if a label has no class name
 */
export function labelsFrom(
  values: readonly (string | number)[],
  classNames: readonly string[] | undefined,
  source: string,
): IndexedLabels {
  const known = (value: string | number): boolean =>
    typeof value === "number" ? value >= 0 : value !== "";
  const occurring = [...new Set(values.filter(known))].sort(compareLabels);
  const names = classNames ?? occurring.map(String);
  const index = new Map<string | number, number>();
  for (const value of occurring) {
    const at =
      classNames !== undefined && typeof value === "number" ? value : names.indexOf(String(value));
    if (at < 0 || at >= names.length) throw unknownLabel(value, names, source);
    index.set(value, at);
  }
  return {
    labels: Int32Array.from(values, (value) => index.get(value) ?? UNLABELLED),
    classNames: names,
  };
}

/** Sorts numbers by size and names by their UTF-8 bytes, the same on every machine. */
export function compareLabels(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

function unknownLabel(
  value: string | number,
  names: readonly string[],
  source: string,
): InputError {
  if (typeof value === "number") {
    return new InputError({
      got: `the label ${value} in "${source}" with ${names.length} class names`,
      expected: `labels from 0 to ${names.length - 1}`,
      todo: "Give a class name for every label, in the order of the labels.",
    });
  }
  const near = nearestName(value, names);
  return new InputError({
    got: `the label "${value}" in "${source}"`,
    expected: `one of ${names.join(", ")}`,
    todo: near === undefined ? "Add it to the class names." : `Did you mean "${near}"?`,
  });
}
