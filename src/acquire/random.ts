import { define, known } from "../core";
import { candidatesOf, checkPool, type Acquire } from "./pool";

const definition = define("random", 1, {});

/** What comes, drawn evenly: the baseline, and the only choice whose labels may measure anything. */
export function random(given: Record<string, never> = {}): Acquire {
  const { settings } = definition.resolve(given);
  const acquire: Acquire = (pool, count, rng) => {
    checkPool(pool);
    const candidates = candidatesOf(pool);
    // A beginning of one permutation, so that a larger batch holds the smaller one.
    const order = rng.permutation(candidates.length).subarray(0, count);
    return Int32Array.from(order, (at) => candidates[at]);
  };
  return known(acquire, settings);
}
random.definition = definition;
