import { define, known, option, type OptionTable, type Rng } from "../core";
import { sampleOf, squaredDistance } from "./distances";
import { lloyd } from "./lloyd";
import { candidatesOf, checkPool, comesFirst, labelledOf, type Acquire, type Pool } from "./pool";

/** Which clusters count. */
export interface TypiClustOptions {
  /** Neighbours that tell how typical something is; of a small cluster half of it. @default 20 */
  readonly neighbours?: number;
  /** Clusters with fewer members than this are passed over. @default 1, so that what is rare is found */
  readonly smallestCluster?: number;
}

const definition = define("typiClust", 1, {
  neighbours: option.count({ default: 20 }),
  smallestCluster: option.count({ default: 1 }),
} satisfies OptionTable<TypiClustOptions>);

/** The same with the authors' rule on clusters. */
const officialDefinition = define("typiClustOfficial", 1, {});

/** Clusters beyond which more would hold single images. */
const mostClusters = 500;
/** Members that typicality is worked out among; in a larger cluster a sample tells it as well. */
const mostMembers = 2000;

/**
 * The most typical of each cluster that has the fewest labels, the largest first: for the first labels of all, when no model says anything yet. Unlike the authors'
 * it forgets no small cluster.
 * @see Hacohen, Dekel & Weinshall 2022, arXiv:2202.02794
 */
export function typiClust(given: TypiClustOptions = {}): Acquire {
  const { options, settings } = definition.resolve(given);
  return known(typical(options), settings);
}
typiClust.definition = definition;

/**
 * As `typiClust`, where clusters of 5 and fewer are passed over, as the authors' program does: better on even classes, and blind to rare ones. Where no cluster
 * is left, it chooses nothing.
 * @see Hacohen, Dekel & Weinshall 2022, arXiv:2202.02794
 */
export function typiClustOfficial(given: Record<string, never> = {}): Acquire {
  const { settings } = officialDefinition.resolve(given);
  return known(typical({ neighbours: 20, smallestCluster: 6 }), settings);
}
typiClustOfficial.definition = officialDefinition;

function typical({ neighbours, smallestCluster }: Required<TypiClustOptions>): Acquire {
  return (pool, count, rng) => {
    checkPool(pool);
    const labelled = labelledOf(pool);
    const all = [...candidatesOf(pool), ...labelled].sort((a, b) => a - b);
    if (all.length === 0 || count < 1) return new Int32Array();
    // More clusters than one of twenty images each would be noise, but a batch needs its own.
    const few = Math.max(count, Math.floor(all.length / 20));
    const k = Math.min(labelled.length + count, mostClusters, few);
    const { of } = lloyd(pool.features, pool.dim, all, k, rng.fork("clusters"));
    const clusters = Array.from({ length: k }, (): number[] => []);
    all.forEach((i, row) => clusters[of[row]].push(i));
    const wanted = clusters.filter((members) => members.length >= smallestCluster);
    return typicalOf(pool, wanted, count, neighbours, rng.fork("members"));
  };
}

/** Chooses from given clusters: those with the fewest labels first, then the largest, one of each in turn. */
export function typicalOf(
  pool: Pool,
  clusters: readonly (readonly number[])[],
  count: number,
  neighbours: number,
  rng: Rng,
): Int32Array {
  const open = new Set(candidatesOf(pool));
  const known = clusters.map((members) => members.filter((i) => pool.labels[i] >= 0).length);
  const first = clusters.map((members) =>
    members.reduce((a, b) => (comesFirst(pool.ids, b, a) ? b : a), members[0]),
  );
  const order = [...clusters.keys()].filter((c) => clusters[c].length > 0);
  order.sort(
    (a, b) =>
      known[a] - known[b] ||
      clusters[b].length - clusters[a].length ||
      (comesFirst(pool.ids, first[a], first[b]) ? -1 : 1),
  );
  const left = clusters.map((members) => members.filter((i) => open.has(i)));
  const picks: number[] = [];
  while (picks.length < count && order.some((c) => left[c].length > 0)) {
    for (const c of order) {
      if (picks.length >= count || left[c].length === 0) continue;
      const members = sampleOf(left[c], mostMembers, rng);
      const scores = typicality(pool, members, neighbours);
      const best = members.reduce(
        (a, i, at) =>
          scores[at] > scores[a] ||
          (scores[at] === scores[a] && comesFirst(pool.ids, i, members[a]))
            ? at
            : a,
        0,
      );
      picks.push(members[best]);
      left[c] = left[c].filter((i) => i !== members[best]);
    }
  }
  return Int32Array.from(picks);
}

/** How near each item's neighbours are: one over the mean squared distance of the nearest, as the authors have it, or the plain one; of a small group half of it. */
export function typicality(
  { features, dim }: Pick<Pool, "features" | "dim">,
  members: readonly number[],
  neighbours: number,
  { squared = true }: { readonly squared?: boolean } = {},
): Float64Array {
  const k = Math.max(1, Math.min(neighbours, Math.floor(members.length / 2)));
  return Float64Array.from(members, (i, at) => {
    const near: number[] = [];
    members.forEach((j, other) => {
      if (other !== at) near.push(squaredDistance(features, i, features, j, dim));
    });
    near.sort((a, b) => a - b);
    const nearest = near.slice(0, k).map((d) => (squared ? d : Math.sqrt(d)));
    const mean = nearest.reduce((sum, d) => sum + d, 0) / Math.max(1, nearest.length);
    return 1 / (mean + 1e-5);
  });
}
