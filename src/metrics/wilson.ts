import { checkInteger } from "../core";

/** A share with the bounds that the true one lies within. */
export interface ShareInterval {
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
  /** How many independent ones the n were taken to count for. */
  readonly effective: number;
}

/** How sure, and whether what was counted hangs together. */
export interface WilsonOptions {
  /** Normal quantile of the level. @default 1.959963984540054, for 95 % */
  readonly z?: number;
  /** How many independent ones the n count for, where they hang together, as patches of one scan do. @default n */
  readonly effective?: number;
}

/**
 * Wilson's interval of a share k/n, which stays inside [0,1] and holds for few and for extreme counts; of nothing it is [0,1].
 * @throws InputError unless 0 <= k <= n
 * @see Wilson 1927, Journal of the American Statistical Association 22; Brown, Cai & DasGupta 2001
 */
export function wilson(
  k: number,
  n: number,
  { z = 1.959963984540054, effective = n }: WilsonOptions = {},
): ShareInterval {
  checkInteger("n", n, { min: 0 });
  checkInteger("k", k, { min: 0, max: n });
  if (n === 0) return { share: NaN, low: 0, high: 1, n, effective: 0 };
  const p = k / n;
  const m = Math.min(n, Math.max(1, effective));
  const middle = (p + (z * z) / (2 * m)) / (1 + (z * z) / m);
  const half = (z / (1 + (z * z) / m)) * Math.sqrt((p * (1 - p)) / m + (z * z) / (4 * m * m));
  // Rounding must not shut out 0 or 1 where nothing speaks against them.
  const [low, high] = [k === 0 ? 0 : middle - half, k === n ? 1 : middle + half];
  return { share: p, low: Math.max(0, low), high: Math.min(1, high), n, effective: m };
}
