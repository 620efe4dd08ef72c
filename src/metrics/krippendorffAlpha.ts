import { InputError } from "../core";

/** What distance between classes means. */
export interface KrippendorffOptions {
  /** @default "nominal" */
  readonly scale?: "nominal" | "ordinal" | "interval";
}

/**
 * Krippendorff's alpha of any number of experts, who need not have answered everything. An item with one answer tells nothing. [experts][items], class numbers
 * from 0 in their order; undefined where there is no answer
 * @throws InputError if no item has two answers
 * @see Krippendorff 2011, "Computing Krippendorff's alpha-reliability", https://repository.upenn.edu/asc_papers/43
 */
export function krippendorffAlpha(
  answers: readonly (readonly (number | undefined)[])[],
  { scale = "nominal" }: KrippendorffOptions = {},
): number {
  const items = Math.max(0, ...answers.map((row) => row.length));
  const units = Array.from({ length: items }, (_, i) =>
    answers.flatMap((row) => {
      const value = row[i];
      return value === undefined ? [] : [value];
    }),
  ).filter((unit) => unit.length > 1);
  if (units.length === 0) {
    throw new InputError({
      got: "no item with two answers",
      expected: "some items that several experts answered",
      todo: "Give the experts some of the same items.",
    });
  }
  const k = 1 + Math.max(...units.flat());
  const counts = new Float64Array(k);
  for (const value of units.flat()) counts[value]++;
  const n = counts.reduce((a, b) => a + b, 0);
  const distance = (a: number, b: number): number => {
    if (a === b) return 0;
    if (scale === "nominal") return 1;
    if (scale === "interval") return (a - b) ** 2;
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    let between = -(counts[low] + counts[high]) / 2;
    for (let c = low; c <= high; c++) between += counts[c];
    return between ** 2;
  };
  let [observed, expected] = [0, 0];
  for (const unit of units)
    for (const a of unit) for (const b of unit) observed += distance(a, b) / (unit.length - 1);
  for (let a = 0; a < k; a++)
    for (let b = 0; b < k; b++) expected += counts[a] * counts[b] * distance(a, b);
  return expected === 0 ? 1 : 1 - ((n - 1) * observed) / expected;
}
