import type { Rng } from "../core";
import { comesFirst } from "./pool";

/** The candidates with the largest scores, the largest first; of equals the lowest id. n scores by index of the pool */
export function topScores(
  scores: ArrayLike<number>,
  candidates: readonly number[],
  count: number,
  ids: readonly string[],
): Int32Array {
  const order = [...candidates].sort(
    (i, j) => scores[j] - scores[i] || (comesFirst(ids, i, j) ? -1 : 1),
  );
  return Int32Array.from(order.slice(0, count));
}

/**
 * Scores as keys of a draw without replacement: the logarithm plus Gumbel noise, so that a batch of the largest is drawn with chances that go by the
 * score. One draw for each candidate, in their order.
 * @see Kirsch et al. 2021, arXiv:2106.12059
 */
export function powerKeys(
  scores: ArrayLike<number>,
  candidates: readonly number[],
  rng: Rng,
): Float64Array {
  const keys = new Float64Array(scores.length).fill(-Infinity);
  for (const i of candidates) {
    const gumbel = -Math.log(-Math.log(Math.max(rng.uniform(), Number.MIN_VALUE)));
    // What is certain still keeps its place behind all others.
    keys[i] = Math.log(Math.max(scores[i], 1e-300)) + gumbel;
  }
  return keys;
}
