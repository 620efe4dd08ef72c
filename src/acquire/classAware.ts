import { define, known } from "../core";
import { marginUncertainty } from "./scores";
import { candidatesOf, checkPool, probabilitiesOf, type Acquire } from "./pool";
import { topScores } from "./topScores";

const definition = define("classAware", 1, {});

/**
 * Evens out the classes: each pick goes to the class with the fewest labels and picks so far, among what the model takes for that class, by the smallest margin.
 * For long tails, where rare classes would wait.
 * @throws InputError, when called, if there are no class probabilities
 * @see Aggarwal et al. 2020, Active learning for imbalanced datasets, WACV
 */
export function classAware(given: Record<string, never> = {}): Acquire {
  const { settings } = definition.resolve(given);
  const acquire: Acquire = (pool, count) => {
    checkPool(pool);
    const { p, classes } = probabilitiesOf(pool, pool.probabilities);
    const counts = new Float64Array(classes);
    for (let i = 0; i < pool.ids.length; i++)
      if (pool.labels[i] >= 0 && pool.labels[i] < classes) counts[pool.labels[i]]++;
    const byClass = Array.from({ length: classes }, (): number[] => []);
    const order = topScores(
      marginUncertainty(p, classes),
      candidatesOf(pool),
      pool.ids.length,
      pool.ids,
    );
    for (const i of order) byClass[likeliest(p, i, classes)].push(i);
    const picks: number[] = [];
    while (picks.length < count) {
      const open = [...byClass.keys()].filter((c) => byClass[c].length > 0);
      if (open.length === 0) break;
      const next = open.reduce((a, b) => (counts[b] < counts[a] ? b : a));
      picks.push(...byClass[next].splice(0, 1));
      counts[next]++;
    }
    return Int32Array.from(picks);
  };
  return known(acquire, settings);
}
classAware.definition = definition;

function likeliest(p: ArrayLike<number>, i: number, classes: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++) if (p[i * classes + c] > p[i * classes + best]) best = c;
  return best;
}
