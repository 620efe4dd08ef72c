import { define } from "../core";
import { byScore, ofProbabilities, scoreOptions, type ScoreOptions } from "./byScore";
import type { Acquire } from "./pool";
import { entropyOf } from "./scores";

const definition = define("entropy", 1, scoreOptions);

/**
 * Where the class probabilities are spread widest; with many classes it likes what is like none.
 * @throws InputError, when called, if there are no class probabilities
 * @see Settles 2009, Active learning literature survey, section 3.1
 */
export function entropy(given: ScoreOptions = {}): Acquire {
  const { options, settings } = definition.resolve(given);
  return byScore(ofProbabilities(entropyOf), options.power, settings);
}
entropy.definition = definition;
