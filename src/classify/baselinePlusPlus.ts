import { define, option, type Classify, type OptionTable } from "../core";
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

/** Options of a cosine layer: how it is trained on frozen embeddings. */
export interface BaselinePlusPlusOptions extends LastLayerOptions {
  /** What cosines are multiplied with before the softmax, above 0. @default 2, the official code's for up to 200 classes */
  readonly scale?: number;
}

const definition = define("baselinePlusPlus", 1, {
  ...lastLayerOptions(),
  scale: option.positive({ default: 2 }),
} satisfies OptionTable<BaselinePlusPlusOptions>);

/**
 * Baseline++ of few-shot learning: one vector a class, whose cosine with an embedding is the score, trained for a fixed number of small steps. (The
 * official code also learns a length for each vector; here, as in the paper's text, only its direction counts.)
 * @throws InputError if a class has no label, or an option is out of range
 * @see Chen et al. 2019, arXiv:1904.04232, section 3.2
 */
export function baselinePlusPlus(given: BaselinePlusPlusOptions = {}): Classify {
  const { options, settings } = definition.resolve(given);
  return onEmbeddings((rows, rng) => {
    const labelled = knownRows(rows);
    checkEveryClass(labelled);
    const { dim, classes } = labelled;
    const cosine = cosineScores(dim, classes, options.scale);
    const weights = startingWeights(classes * dim, dim, rng.fork("weights"));
    trainLastLayer(labelled, cosine, weights, options, rng.fork("steps"));
    return (features) => predictLastLayer(features, labelled, cosine, weights);
  }, settings);
}
baselinePlusPlus.definition = definition;

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
