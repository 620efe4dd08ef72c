import { define } from "../core";
import { byScore, ofProbabilities, scoreOptions, type ScoreOptions } from "./byScore";
import type { Acquire } from "./pool";
import { leastConfidence } from "./scores";

const definition = define("leastConfident", 1, scoreOptions);

/**
 * What the model is least sure of, by its largest probability.
 * @throws InputError, when called, if there are no class probabilities
 * @see Lewis & Gale 1994, arXiv:cmp-lg/9407020
 */
export function leastConfident(given: ScoreOptions = {}): Acquire {
  const { options, settings } = definition.resolve(given);
  return byScore(ofProbabilities(leastConfidence), options.power, settings);
}
leastConfident.definition = definition;
