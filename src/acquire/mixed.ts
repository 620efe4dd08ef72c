import { define, known, option, type OptionTable } from "../core";
import { badge } from "./badge";
import { margin } from "./margin";
import { candidatesOf, checkPool, type Acquire, type Pool } from "./pool";
import { typiClust } from "./typiClust";

/** When typical images have shown enough, and what comes after. */
export interface MixedOptions {
  /** Labels of every known class from which the model is asked. @default 3 */
  readonly settledAt?: number;
  /** What then chooses. @default "margin" */
  readonly then?: "margin" | "badge";
  /** Share of each batch that is drawn at random, 0 to 1: it measures, and finds what no model looks for. @default 0.15 */
  readonly randomShare?: number;
}

const definition = define("mixed", 1, {
  settledAt: option.count({ default: 3 }),
  then: option.choice(["margin", "badge"], { default: "margin" }),
  randomShare: option.share({ default: 0.15 }),
} satisfies OptionTable<MixedOptions>);

/**
 * Typical images until each known class has a few labels, then what the model is unsure of, and always some at random: no strategy alone is safe on both even and
 * skewed classes, and opposite ones serve the first and the later labels.
 * @see Hacohen, Dekel & Weinshall 2022, arXiv:2202.02794
 */
export function mixed(given: MixedOptions = {}): Acquire {
  const { options, settings } = definition.resolve(given);
  const early = typiClust();
  const late = options.then === "badge" ? badge() : margin();
  const acquire: Acquire = (pool, count, rng) => {
    checkPool(pool);
    const candidates = candidatesOf(pool);
    // The part of one that is left is drawn, so that small batches get their share too.
    const drawn = Math.min(count, Math.floor(count * options.randomShare + rng.uniform()));
    const order = rng.fork("random").permutation(candidates.length).subarray(0, drawn);
    const chance = Array.from(order, (at) => candidates[at]);
    const taken = new Set(chance);
    const available = Uint8Array.from(pool.ids, (_, i) =>
      taken.has(i) || pool.available?.[i] === 0 ? 0 : 1,
    );
    const strategy = isSettled(pool, options.settledAt) ? late : early;
    const rest = strategy({ ...pool, available }, count - chance.length, rng.fork("chosen"));
    return Int32Array.from([...rest, ...chance]);
  };
  return known(acquire, settings);
}
mixed.definition = definition;

/** Whether there is a model, and each class that has labels has enough; two classes at least. */
function isSettled({ labels, probabilities, ids }: Pool, enough: number): boolean {
  if (probabilities === undefined) return false;
  const counts = new Map<number, number>();
  for (let i = 0; i < ids.length; i++)
    if (labels[i] >= 0) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  return counts.size >= 2 && [...counts.values()].every((count) => count >= enough);
}
