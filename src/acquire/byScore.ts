import { known, option, type DefaultTable, type Settings } from "../core";
import { candidatesOf, checkPool, probabilitiesOf, type Acquire, type Pool } from "./pool";
import { powerKeys, topScores } from "./topScores";

/** How a batch is taken where each item has a score. */
export interface ScoreOptions {
  /** Draw the batch with chances that go by the score, so that it is not ten of a kind; else take the largest. @default false */
  readonly power?: boolean;
}

/** The options of every strategy that goes by a score. */
export const scoreOptions = {
  power: option.flag({ default: false }),
} satisfies DefaultTable<ScoreOptions>;

/** A strategy of a score of each row of class probabilities. */
export function byScore(
  score: (pool: Pool) => Float64Array,
  power: boolean,
  settings: Settings | undefined,
): Acquire {
  const acquire: Acquire = (pool, count, rng) => {
    checkPool(pool);
    const candidates = candidatesOf(pool);
    const scores = score(pool);
    const keys = power ? powerKeys(scores, candidates, rng) : scores;
    return topScores(keys, candidates, count, pool.ids);
  };
  return known(acquire, settings);
}

/** A score of class probabilities as a score of a pool. */
export function ofProbabilities(
  score: (p: ArrayLike<number>, classes: number) => Float64Array,
): (pool: Pool) => Float64Array {
  return (pool) => {
    const { p, classes } = probabilitiesOf(pool, pool.probabilities);
    return score(p, classes);
  };
}
