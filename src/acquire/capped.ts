import { checkInteger, InputError } from "../core";
import type { Acquire } from "./pool";

/** How many of one scan a batch may hold. */
export interface CappedOptions {
  /** Of one group in a batch, at least 1. @default 3 */
  readonly perGroup?: number;
}

/**
 * The same strategy, with at most some of one scan in a batch: neighbours on a scan say much the same. Where that leaves too few, it takes them all the same.
 * @throws InputError, when called, if the pool has no groups
 */
export function capped(strategy: Acquire, { perGroup = 3 }: CappedOptions = {}): Acquire {
  checkInteger("perGroup", perGroup, { min: 1 });
  return (pool, count, rng) => {
    const { groups } = pool;
    if (groups === undefined) {
      throw new InputError({
        got: "a pool without groups",
        expected: "the scan that each image comes from",
        todo: "Give groups, or leave the cap out.",
      });
    }
    const asked = strategy(pool, Math.min(pool.ids.length, 5 * count), rng);
    const counts = new Map<string, number>();
    const kept: number[] = [];
    const over: number[] = [];
    for (const i of asked) {
      const before = counts.get(groups[i]) ?? 0;
      counts.set(groups[i], before + 1);
      (before < perGroup ? kept : over).push(i);
    }
    return Int32Array.from([...kept, ...over].slice(0, count));
  };
}
