import { checkNumber, type Classify } from "../core";
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

/** How a cosine layer is trained on frozen embeddings. */
export interface BaselinePlusPlusOptions extends LastLayerOptions {
  /** What cosines are multiplied with before the softmax, above 0. @default 2, the official code's for up to 200 classes */
  readonly scale?: number;
}

/**
 * Baseline++ of few-shot learning: one vector a class, whose cosine with an embedding is the score, trained for a fixed number of small steps. (The
 * official code also learns a length for each vector; here, as in the paper's text, only its direction counts.)
 * @throws InputError if a class has no label, or an option is out of range
 * @see Chen et al. 2019, arXiv:1904.04232, section 3.2
 */
export function baselinePlusPlus(options: BaselinePlusPlusOptions = {}): Classify {
  const settings = lastLayerSettings(options);
  const { scale = 2 } = options;
  checkNumber("scale", scale, { min: 0, aboveMin: true });
  return frozenClassifier(async (encoder, train, rng) => {
    checkEveryClass(onlyLabelled(train));
    const known = await embedLabelled(encoder, train);
    const cosine = cosineScores(known.dim, known.classes, scale);
    const weights = startingWeights(known.classes * known.dim, known.dim, rng.fork("weights"));
    trainLastLayer(known, cosine, weights, settings, rng.fork("steps"));
    return (features) => predictLastLayer(features, known, cosine, weights);
  });
}

/** Scores scale * cos(x, w); weights lie class by class. */
function cosineScores(dim: number, classes: number, scale: number): ScoreFunction {
  const lengthOf = (values: ArrayLike<number>, from: number): number => {
    let squares = 0;
    for (let j = 0; j < dim; j++) squares += values[from + j] ** 2;
    // What has no direction is at right angles to everything.
    return Math.sqrt(squares) || Infinity;
  };
  const cosines = (x: Float32Array, weights: Float64Array): Float64Array => {
    const length = lengthOf(x, 0);
    return Float64Array.from({ length: classes }, (_, c) => {
      let sum = 0;
      for (let j = 0; j < dim; j++) sum += weights[c * dim + j] * x[j];
      return sum / (length * lengthOf(weights, c * dim));
    });
  };
  return {
    scores: (x, weights) => cosines(x, weights).map((cosine) => scale * cosine),
    addSlopes: (x, weights, errors, slopes) => {
      const length = lengthOf(x, 0);
      cosines(x, weights).forEach((cosine, c) => {
        const own = lengthOf(weights, c * dim);
        for (let j = 0; j < dim; j++) {
          const along = (cosine * weights[c * dim + j]) / own;
          slopes[c * dim + j] += (errors[c] * scale * (x[j] / length - along)) / own;
        }
      });
    },
  };
}
