import { define, known } from "../core";
import { squaredDistance } from "./distances";
import { lloyd } from "./lloyd";
import { candidatesOf, checkPool, comesFirst, type Acquire } from "./pool";

const definition = define("kMeans", 1, {});

/**
 * One of each cluster: as many clusters of what is not labelled as labels are asked for, and of each what lies nearest to its centre. The baseline for
 * strategies that need no model.
 * @see Zhdanov 2019, arXiv:1901.05954
 */
export function kMeans(given: Record<string, never> = {}): Acquire {
  const { settings } = definition.resolve(given);
  const acquire: Acquire = (pool, count, rng) => {
    checkPool(pool);
    const { features, dim, ids } = pool;
    const candidates = candidatesOf(pool);
    if (candidates.length <= count) return Int32Array.from(candidates);
    if (count < 1) return new Int32Array();
    const { of, centres, k } = lloyd(features, dim, candidates, count, rng);
    const best = new Int32Array(k).fill(-1);
    const least = new Float64Array(k).fill(Infinity);
    const sizes = new Int32Array(k);
    candidates.forEach((i, row) => {
      const c = of[row];
      sizes[c]++;
      const d = squaredDistance(features, i, centres, c, dim);
      if (d < least[c] || (d === least[c] && comesFirst(ids, i, best[c])))
        [best[c], least[c]] = [i, d];
    });
    const order = [...sizes.keys()].filter((c) => best[c] >= 0);
    order.sort((a, b) => sizes[b] - sizes[a] || (comesFirst(ids, best[a], best[b]) ? -1 : 1));
    return Int32Array.from(order, (c) => best[c]);
  };
  return known(acquire, settings);
}
kMeans.definition = definition;
