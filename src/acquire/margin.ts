import { define } from "../core";
import { byScore, ofProbabilities, scoreOptions, type ScoreOptions } from "./byScore";
import type { Acquire } from "./pool";
import { marginUncertainty } from "./scores";

const definition = define("margin", 1, scoreOptions);

/**
 * Where the two likeliest classes lie closest together.
 * @throws InputError, when called, if there are no class probabilities
 * @see Scheffer et al. 2001, Active hidden Markov models for information extraction, IDA
 */
export function margin(given: ScoreOptions = {}): Acquire {
  const { options, settings } = definition.resolve(given);
  return byScore(ofProbabilities(marginUncertainty), options.power, settings);
}
margin.definition = definition;
