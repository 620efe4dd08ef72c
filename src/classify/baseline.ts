import type { Classify } from "../core";
import { frozenClassifier } from "./frozenClassifier";
import { checkEveryClass, embedLabelled, onlyLabelled } from "./labelled";
import {
  lastLayerSettings,
  predictLastLayer,
  startingWeights,
  trainLastLayer,
  type LastLayerOptions,
  type ScoreFunction,
} from "./lastLayer";

/**
 * Baseline of few-shot learning: a linear layer on frozen embeddings, trained for a fixed number of small steps. Unlike `logisticRegression` it does not
 * run until it has converged, and starts from random weights.
 * @throws InputError if a class has no label, or an option is out of range
 * @see Chen et al. 2019, arXiv:1904.04232, section 3.2
 */
export function baseline(options: LastLayerOptions = {}): Classify {
  const settings = lastLayerSettings(options);
  return frozenClassifier(async (encoder, train, rng) => {
    checkEveryClass(onlyLabelled(train));
    const known = await embedLabelled(encoder, train);
    const linear = linearScores(known.dim, known.classes);
    const length = known.classes * (known.dim + 1);
    const weights = startingWeights(length, known.dim, rng.fork("weights"));
    trainLastLayer(known, linear, weights, settings, rng.fork("steps"));
    return (features) => predictLastLayer(features, known, linear, weights);
  });
}

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
