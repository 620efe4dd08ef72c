import { define, known, option, type OptionTable, type Rng } from "../core";
import { allDistances, sampleOf, squaredDistance } from "./distances";
import { lloyd } from "./lloyd";
import { candidatesOf, checkPool, comesFirst, labelledOf, type Acquire, type Pool } from "./pool";

/** How far a label speaks. */
export interface ProbCoverOptions {
  /** Distance up to which a label covers others, above 0. @default the largest at which 95 % of the balls hold one cluster of k-means only */
  readonly delta?: number;
  /** Clusters that this default is found with; about as many as there are classes. @default 8 */
  readonly clusters?: number;
  /** Items that are weighed against each other, drawn evenly; the time goes by its square. @default 2000 */
  readonly sample?: number;
}

const definition = define("probCover", 1, {
  delta: option.positive({}),
  clusters: option.integer({ min: 2, default: 8 }),
  sample: option.count({ default: 2000 }),
} satisfies OptionTable<ProbCoverOptions>);

/**
 * What covers most of what no label covers yet, where a label covers all within a distance. Depends much on that distance; `maxHerding` does not. What is asked for
 * beyond full cover is drawn at random.
 * @see Yehuda et al. 2022, arXiv:2205.11320
 */
export function probCover(given: ProbCoverOptions = {}): Acquire {
  const { options, settings } = definition.resolve(given);
  const acquire: Acquire = (pool, count, rng) => {
    checkPool(pool);
    const items = sampleOf(
      [...candidatesOf(pool), ...labelledOf(pool)].sort((a, b) => a - b),
      options.sample,
      rng.fork("sample"),
    );
    const reach = options.delta ?? deltaOf(pool, items, options.clusters, rng.fork("delta"));
    const picks = coverGreedily(pool, items, reach, count);
    const taken = new Set(picks);
    const rest = candidatesOf(pool).filter((i) => !taken.has(i));
    const more = rng
      .fork("rest")
      .permutation(rest.length)
      .subarray(0, count - picks.length);
    return Int32Array.from([...picks, ...Array.from(more, (at) => rest[at])]);
  };
  return known(acquire, settings);
}
probCover.definition = definition;

/** The greedy cover alone: stops when all is covered. */
export function coverGreedily(
  pool: Pool,
  items: readonly number[],
  delta: number,
  count: number,
): number[] {
  const { features, dim, ids, labels } = pool;
  const reach = delta * delta;
  const near = (i: number, j: number): boolean =>
    squaredDistance(features, i, features, j, dim) < reach;
  const edges = items.map((i) => [...items.keys()].filter((at) => near(i, items[at])));
  const covered = new Uint8Array(items.length);
  for (const j of labelledOf(pool))
    items.forEach((i, at) => {
      if (near(i, j)) covered[at] = 1;
    });
  const open = new Set(candidatesOf(pool));
  const picks: number[] = [];
  const degrees = edges.map((list) => list.filter((at) => covered[at] === 0).length);
  while (picks.length < count) {
    let best = -1;
    items.forEach((i, at) => {
      if (labels[i] >= 0 || !open.has(i) || degrees[at] === 0) return;
      if (
        best < 0 ||
        degrees[at] > degrees[best] ||
        (degrees[at] === degrees[best] && comesFirst(ids, i, items[best]))
      )
        best = at;
    });
    if (best < 0) break;
    picks.push(items[best]);
    open.delete(items[best]);
    for (const at of edges[best]) {
      if (covered[at] === 1) continue;
      covered[at] = 1;
      // Nearness is mutual: those near to what is covered now lose one each.
      for (const other of edges[at]) degrees[other]--;
    }
  }
  return picks;
}

/** The largest distance at which nearly all balls hold items of one cluster only, among quantiles of the distances in a small sample. */
function deltaOf(pool: Pool, items: readonly number[], clusters: number, rng: Rng): number {
  const few = sampleOf(items, 500, rng.fork("few"));
  const { of } = lloyd(pool.features, pool.dim, few, clusters, rng.fork("clusters"));
  const m = few.length;
  const all = allDistances(pool.features, pool.dim, few);
  const sorted = all.slice().sort();
  const pure = (delta: number): number => {
    let count = 0;
    for (let i = 0; i < m; i++) {
      let alone = true;
      for (let j = 0; j < m && alone; j++) alone = !(all[i * m + j] < delta) || of[j] === of[i];
      if (alone) count++;
    }
    return count / m;
  };
  let best = 0;
  for (let step = 1; step <= 40; step++) {
    const delta = sorted[Math.floor(((sorted.length - 1) * step) / 80)];
    if (delta > 0 && pure(delta) >= 0.95) best = Math.max(best, delta);
  }
  if (best > 0) return best;
  // Where all look the same, any distance covers all.
  return sorted.find((d) => d > 0) ?? 1;
}
