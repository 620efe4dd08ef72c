import { checkInteger, InputError } from "../core";

/**
 * Weights that make the mean loss of actively *drawn* labels unbiased: of N items one after the other was drawn, each with a known chance above 0 among those left. The mean of weight times
 * loss is the estimate; even chances give 1 each. Picks that were not drawn by chance cannot be mended.
 * @param chances of each label when it was drawn, in order, above 0 and at most 1
 * @throws InputError if a chance is not in (0,1], or there are more labels than items
 * @see Farquhar, Gal & Rainforth 2021, arXiv:2101.11665; Kossen et al. 2021, arXiv:2103.05331
 */
export function activeWeights(chances: readonly number[], items: number): number[] {
  const drawn = chances.length;
  checkInteger("items", items, { min: Math.max(1, drawn) });
  const wrong = chances.find((q) => !(q > 0 && q <= 1));
  if (wrong !== undefined) {
    throw new InputError({
      got: `a chance of ${wrong}`,
      expected: "above 0 and at most 1",
      todo: "Draw every label by a chance that is known, such as acquire's power of scores.",
    });
  }
  return chances.map((q, i) => {
    const m = i + 1;
    if (items === m) return 1;
    return 1 + ((items - drawn) / (items - m)) * (1 / ((items - m + 1) * q) - 1);
  });
}
