import { define, type Classify, type OptionTable } from "../core";
import { checkEveryClass, knownRows } from "./labelled";
import {
  lastLayerOptions,
  predictLastLayer,
  startingWeights,
  trainLastLayer,
  type LastLayerOptions,
  type ScoreFunction,
} from "./lastLayer";
import { onEmbeddings } from "./onEmbeddings";

const definition = define("baseline", 1, {
  ...lastLayerOptions(),
} satisfies OptionTable<LastLayerOptions>);

/**
 * Baseline of few-shot learning: a linear layer on frozen embeddings, trained for a fixed number of small steps. Unlike `logisticRegression` it does not
 * run until it has converged, and starts from random weights.
 * @throws InputError if a class has no label, or an option is out of range
 * @see Chen et al. 2019, arXiv:1904.04232, section 3.2
 */
export function baseline(given: LastLayerOptions = {}): Classify {
  const { options, settings } = definition.resolve(given);
  return onEmbeddings((rows, rng) => {
    const labelled = knownRows(rows);
    checkEveryClass(labelled);
    const { dim, classes } = labelled;
    const linear = linearScores(dim, classes);
    const weights = startingWeights(classes * (dim + 1), dim, rng.fork("weights"));
    trainLastLayer(labelled, linear, weights, options, rng.fork("steps"));
    return (features) => predictLastLayer(features, labelled, linear, weights);
  }, settings);
}
baseline.definition = definition;

/** Scores w x + b; weights lie class by class, then the constants. */
function linearScores(dim: number, classes: number): ScoreFunction {
  return {
    scores: (x, weights) =>
      Float64Array.from({ length: classes }, (_, c) => {
        let sum = weights[classes * dim + c];
        for (let j = 0; j < dim; j++) sum += weights[c * dim + j] * x[j];
        return sum;
      }),
    addSlopes: (x, _, errors, slopes) => {
      for (let c = 0; c < classes; c++) {
        for (let j = 0; j < dim; j++) slopes[c * dim + j] += errors[c] * x[j];
        slopes[classes * dim + c] += errors[c];
      }
    },
  };
}
