import { checkInteger, checkNumber, InputError } from "../core";

/** Part of all items, such as those that a model tells with confidence. */
export interface Stratum {
  /** Its share of all items, above 0; they sum to 1. */
  readonly weight: number;
  /** Share that is right among those that were looked at, in [0,1]. */
  readonly share: number;
  /** Items that were looked at, drawn at random within it. */
  readonly n: number;
}

/**
 * A share over all from shares of strata, with its variance. Where strata differ in how often the model is right, it takes fewer labels than a plain draw.
 * @throws InputError if a stratum has no label or the weights do not sum to 1
 * @see Cochran 1977, Sampling techniques, chapter 5
 */
export function stratifiedShare(strata: readonly Stratum[]): { share: number; variance: number } {
  const total = strata.reduce((sum, { weight }) => sum + weight, 0);
  if (Math.abs(total - 1) > 1e-9 || strata.some(({ n, weight }) => !(n > 0) || !(weight > 0))) {
    throw new InputError({
      got: `strata of weight ${total} in all, with ${strata.map(({ n }) => n).join(", ")} labels`,
      expected: "weights above 0 that sum to 1, and a label of each",
      todo: "Put strata without labels together with others.",
    });
  }
  return {
    share: strata.reduce((sum, { weight, share }) => sum + weight * share, 0),
    variance: strata.reduce(
      (sum, { weight, share, n }) => sum + (weight ** 2 * share * (1 - share)) / n,
      0,
    ),
  };
}

/**
 * How many labels each stratum should get so that the variance is least: by weight and spread. Not whole; they sum to n.
 * @throws InputError if n is below 1
 * @see Neyman 1934, Journal of the Royal Statistical Society 97
 */
export function neymanAllocation(strata: readonly Omit<Stratum, "n">[], n: number): number[] {
  checkNumber("n", n, { min: 1 });
  const pull = strata.map(({ weight, share }) => weight * Math.sqrt(share * (1 - share)));
  const all = pull.reduce((a, b) => a + b, 0);
  return pull.map((value) => (all > 0 ? (n * value) / all : n / strata.length));
}

/** Standard error of a balanced accuracy from recalls and the labels that each stands on; NaN where a class has none. [k], [k] */
export function balancedAccuracySpread(recalls: readonly number[], n: readonly number[]): number {
  const sum = recalls.reduce((total, p, c) => total + (p * (1 - p)) / (n[c] > 0 ? n[c] : NaN), 0);
  return Math.sqrt(sum) / recalls.length;
}

/** Random labels that make a 95 % interval of a share no wider than this to either side, by the normal approximation; few more by Wilson's. */
export function labelsToMeasure(share: number, half: number, z = 1.959963984540054): number {
  checkNumber("half", half, { min: 0, aboveMin: true, max: 0.5 });
  return Math.ceil((z * z * share * (1 - share)) / half ** 2);
}

/** Random labels with which at least so many of a class of this share are among them, with a chance of 95 %. */
export function labelsToSee(share: number, count: number, chance = 0.95): number {
  checkInteger("count", count, { min: 1 });
  checkNumber("share", share, { min: 0, aboveMin: true, max: 1 });
  for (let n = count; ; n++) {
    // Fewer than `count` of n, by the terms of the binomial.
    let [term, fewer] = [(1 - share) ** n, 0];
    for (let k = 0; k < count; k++) {
      fewer += term;
      term *= ((n - k) / (k + 1)) * (share / (1 - share));
    }
    if (fewer <= 1 - chance) return n;
  }
}
