import { checkInteger, checkNumber } from "../core";
import { incompleteBeta } from "./incompleteBeta";
import type { ShareInterval } from "./wilson";

/** How sure, and whether what was counted hangs together. */
export interface ExactShareOptions {
  /** Confidence, above 0 and below 1. @default 0.95 */
  readonly level?: number;
  /** How many independent ones the n count for, where they hang together, as patches of one scan do. @default n */
  readonly effective?: number;
}

/**
 * Exact interval of a share k/n: it holds the true one at least as often as the level says, whatever n and the share are, where Wilson's falls short for few counts near 0 or 1.
 * Of nothing it is [0,1].
 * @throws InputError unless 0 <= k <= n
 * @see Clopper & Pearson 1934, Biometrika 26
 */
export function exactShare(
  k: number,
  n: number,
  { level = 0.95, effective = n }: ExactShareOptions = {},
): ShareInterval {
  checkInteger("n", n, { min: 0 });
  checkInteger("k", k, { min: 0, max: n });
  checkNumber("level", level, { min: 0, aboveMin: true, max: 0.999999 });
  if (n === 0) return { share: NaN, low: 0, high: 1, n, effective: 0 };
  const m = Math.min(n, Math.max(1, effective));
  const [hits, misses] = [(k / n) * m, (1 - k / n) * m];
  const tail = (1 - level) / 2;
  return {
    share: k / n,
    low: k === 0 ? 0 : betaQuantile(tail, hits, misses + 1),
    high: k === n ? 1 : betaQuantile(1 - tail, hits + 1, misses),
    n,
    effective: m,
  };
}

/** The x below which a beta distribution has this probability, by halving, which cannot fail. */
function betaQuantile(probability: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, a, b) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
