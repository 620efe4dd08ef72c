import { define, known } from "../core";
import { squaredDistance } from "./distances";
import { candidatesOf, checkPool, comesFirst, labelledOf, type Acquire, type Pool } from "./pool";

const definition = define("kCentre", 1, {});

/**
 * What lies farthest from all that is labelled or chosen, again and again. Covers the whole pool, artefacts first. Where nothing is labelled it begins with
 * what lies nearest to the middle.
 * @see Sener & Savarese 2018, arXiv:1708.00489 (k-centre greedy); Gonzalez 1985
 */
export function kCentre(given: Record<string, never> = {}): Acquire {
  const { settings } = definition.resolve(given);
  const acquire: Acquire = (pool, count) => {
    checkPool(pool);
    const labelled = labelledOf(pool);
    if (labelled.length > 0) return farthestFirst(pool, labelled, count);
    const candidates = candidatesOf(pool);
    if (candidates.length === 0 || count < 1) return new Int32Array();
    const first = nearestToMiddle(pool, candidates);
    return Int32Array.of(first, ...farthestFirst(pool, [first], count - 1));
  };
  return known(acquire, settings);
}
kCentre.definition = definition;

/** Greedy k-centre from what is covered already; one pass over the pool for each pick. */
export function farthestFirst(pool: Pool, covered: readonly number[], count: number): Int32Array {
  const { features, dim, ids } = pool;
  const taken = new Set(covered);
  const candidates = candidatesOf(pool).filter((i) => !taken.has(i));
  const nearest = new Float64Array(ids.length).fill(Infinity);
  const cover = (j: number): void => {
    for (const i of candidates)
      nearest[i] = Math.min(nearest[i], squaredDistance(features, i, features, j, dim));
  };
  for (const j of covered) cover(j);
  const picks: number[] = [];
  while (picks.length < Math.min(count, candidates.length)) {
    let best = -1;
    for (const i of candidates) {
      if (taken.has(i)) continue;
      if (
        best < 0 ||
        nearest[i] > nearest[best] ||
        (nearest[i] === nearest[best] && comesFirst(ids, i, best))
      )
        best = i;
    }
    picks.push(best);
    taken.add(best);
    cover(best);
  }
  return Int32Array.from(picks);
}

function nearestToMiddle({ features, dim, ids }: Pool, candidates: readonly number[]): number {
  const middle = new Float64Array(dim);
  for (const i of candidates)
    for (let k = 0; k < dim; k++) middle[k] += features[i * dim + k] / candidates.length;
  let [best, least] = [candidates[0], Infinity];
  for (const i of candidates) {
    const d = squaredDistance(features, i, middle, 0, dim);
    if (d < least || (d === least && comesFirst(ids, i, best))) [best, least] = [i, d];
  }
  return best;
}
