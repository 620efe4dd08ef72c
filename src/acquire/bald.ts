import { define, InputError } from "../core";
import { byScore, scoreOptions, type ScoreOptions } from "./byScore";
import { probabilitiesOf, type Acquire } from "./pool";
import { disagreement } from "./scores";

const definition = define("bald", 1, scoreOptions);

/**
 * Where several models disagree most though each is sure. Where they agree nearly everywhere, the largest of such a score are noise.
 * @throws InputError, when called, if the pool has fewer than two members
 * @see Houlsby et al. 2011, arXiv:1112.5745
 */
export function bald(given: ScoreOptions = {}): Acquire {
  const { options, settings } = definition.resolve(given);
  return byScore(
    (pool) => {
      const { members = [] } = pool;
      if (members.length < 2) {
        throw new InputError({
          got: `class probabilities of ${members.length} models`,
          expected: "those of at least two",
          todo: "Give members, or choose another strategy.",
        });
      }
      const { classes } = probabilitiesOf(pool, members[0]);
      for (const p of members) probabilitiesOf(pool, p);
      return disagreement(members, classes);
    },
    options.power,
    settings,
  );
}
bald.definition = definition;
