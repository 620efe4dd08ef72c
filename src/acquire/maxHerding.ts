import { define, known, option, type OptionTable } from "../core";
import { allDistances, sampleOf, squaredDistance } from "./distances";
import { candidatesOf, checkPool, comesFirst, labelledOf, type Acquire, type Pool } from "./pool";

/** How far a label speaks, softly. */
export interface MaxHerdingOptions {
  /** Distance at which what a label says of another has fallen to 1/e, above 0. @default the median distance of the pool */
  readonly sigma?: number;
  /** Items that are weighed against each other, drawn evenly; the time goes by its square. @default 2000 */
  readonly sample?: number;
}

const definition = define("maxHerding", 1, {
  sigma: option.positive({}),
  sample: option.count({ default: 2000 }),
} satisfies OptionTable<MaxHerdingOptions>);

/**
 * What makes the pool as a whole most like something that is labelled, by a smooth likeness instead of a distance at which it ends.
 * @see Bae, Oh & Sutherland 2024, arXiv:2407.12212
 */
export function maxHerding(given: MaxHerdingOptions = {}): Acquire {
  const { options, settings } = definition.resolve(given);
  const acquire: Acquire = (pool, count, rng) => {
    checkPool(pool);
    const all = [...candidatesOf(pool), ...labelledOf(pool)].sort((a, b) => a - b);
    const items = sampleOf(all, options.sample, rng.fork("sample"));
    return Int32Array.from(herd(pool, items, options.sigma, count).map(({ item }) => item));
  };
  return known(acquire, settings);
}
maxHerding.definition = definition;

/** Something chosen, and how much of the pool it brings. */
export interface Herded {
  readonly item: number;
  /** Growth of the mean likeness of the pool to the nearest label. */
  readonly gain: number;
}

/** Greedy choice among some items of a pool. */
export function herd(
  pool: Pool,
  items: readonly number[],
  sigma: number | undefined,
  count: number,
): Herded[] {
  const { features, dim, ids } = pool;
  const m = items.length;
  const kernel = allDistances(features, dim, items);
  const width = sigma ?? medianOf(kernel, m);
  for (let at = 0; at < kernel.length; at++) kernel[at] = Math.exp(-((kernel[at] / width) ** 2));
  const best = new Float64Array(m);
  for (const j of labelledOf(pool))
    items.forEach((i, at) => {
      const d = squaredDistance(features, i, features, j, dim);
      best[at] = Math.max(best[at], Math.exp(-d / (width * width)));
    });
  const open = new Set(candidatesOf(pool));
  const picks: Herded[] = [];
  while (picks.length < count) {
    let [chosen, most] = [-1, -Infinity];
    for (let c = 0; c < m; c++) {
      if (!open.has(items[c])) continue;
      let gain = 0;
      for (let x = 0; x < m; x++) gain += Math.max(0, kernel[c * m + x] - best[x]);
      if (gain > most || (gain === most && comesFirst(ids, items[c], items[chosen])))
        [chosen, most] = [c, gain];
    }
    if (chosen < 0) break;
    picks.push({ item: items[chosen], gain: most / m });
    open.delete(items[chosen]);
    for (let x = 0; x < m; x++) best[x] = Math.max(best[x], kernel[chosen * m + x]);
  }
  return picks;
}

/** The median of what is not 0; 1 where all is. */
function medianOf(distances: Float32Array, m: number): number {
  // Each pair once.
  const pairs = new Float32Array((m * (m - 1)) / 2);
  let n = 0;
  for (let i = 1; i < m; i++)
    for (let j = 0; j < i; j++) {
      const d = distances[i * m + j];
      if (d > 0) pairs[n++] = d;
    }
  return n === 0 ? 1 : pairs.subarray(0, n).sort()[n >> 1];
}
