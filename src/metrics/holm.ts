import { checkProbability } from "../core";

/**
 * Holm's correction: p-values of several comparisons -> p-values that may each be held against the level as if it were the
 * only one. Same order, in [0,1], at least as large. Sorted, p(i) becomes the largest of (m - j + 1) p(j), j <= i.
 * @throws InputError if a value is not a probability
 * @see Holm 1979, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6
 */
export function holm(pValues: readonly number[]): number[] {
  pValues.forEach((p) => checkProbability("p-value", p));
  const order = pValues.map((_, i) => i).sort((i, j) => pValues[i] - pValues[j]);
  const adjusted = new Array<number>(pValues.length).fill(0);
  let largest = 0;
  order.forEach((at, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[at]));
    adjusted[at] = largest;
  });
  return adjusted;
}
