import { checkInteger, checkNumber } from "../core";

/** Bounds of the mean of a Poisson count. */
export interface CountInterval {
  readonly count: number;
  readonly low: number;
  readonly high: number;
}

/** How sure. */
export interface PoissonIntervalOptions {
  /** Confidence, above 0 and below 1. @default 0.95 */
  readonly level?: number;
}

/**
 * Exact interval of the mean of a Poisson count, as for the defects on an area: 0 counted still leaves 3.69 possible at 95 %.
 * @throws InputError if the count is no whole number of at least 0
 * @see Garwood 1936, Biometrika 28
 */
export function poissonInterval(
  count: number,
  { level = 0.95 }: PoissonIntervalOptions = {},
): CountInterval {
  checkInteger("count", count, { min: 0 });
  checkNumber("level", level, { min: 0, aboveMin: true, max: 0.999999 });
  const tail = (1 - level) / 2;
  // The chance of at most so many falls with the mean.
  const below = (k: number, p: number): number =>
    bisect((mean) => cumulative(k, mean) > p, 0, count + 20 + 10 * Math.sqrt(count + 1));
  return {
    count,
    low: count === 0 ? 0 : below(count - 1, 1 - tail),
    high: below(count, tail),
  };
}

/** Chance of at most k where the mean is given. */
function cumulative(k: number, mean: number): number {
  if (mean <= 0) return 1;
  // From the largest term down, in logarithms, so that no mean is too large.
  let term = 1;
  let sum = 1;
  for (let i = k; i > 0; i--) {
    term *= i / mean;
    sum += term;
    if (term < 1e-17 * sum) break;
  }
  let logTop = -mean + k * Math.log(mean);
  for (let i = 2; i <= k; i++) logTop -= Math.log(i);
  return Math.min(1, Math.exp(logTop + Math.log(sum)));
}

function bisect(above: (x: number) => boolean, low: number, high: number): number {
  let [a, b] = [low, high];
  for (let i = 0; i < 100; i++) {
    const middle = (a + b) / 2;
    if (above(middle)) a = middle;
    else b = middle;
  }
  return (a + b) / 2;
}
