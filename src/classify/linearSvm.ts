import { define, InputError, option, type Classify, type OptionTable, type Rng } from "../core";
import { checkEveryClass, knownRows, softmaxRows, type KnownRows } from "./labelled";
import { onEmbeddings } from "./onEmbeddings";
import { checkFinite, featureScaleOption, featureScaling, type FeatureScale } from "./scaling";

/** Options of linear support vector machines: how much they may err. */
export interface LinearSvmOptions {
  /** Weight of the squared hinge losses against the squared weights, above 0. @default 1 */
  readonly c?: number;
  /** Mean and spread of each feature come from all images given, or from the labelled ones only. @default "all" */
  readonly standardise?: FeatureScale;
  /** Spread of the projected gradient at which it has converged, above 0. @default 1e-4, scikit-learn's */
  readonly tolerance?: number;
  /** Passes over the labelled images at most. @default 10000 */
  readonly maxIterations?: number;
}

const definition = define("linearSvm", 1, {
  c: option.positive({ default: 1, search: { log: [0.01, 100] } }),
  standardise: featureScaleOption,
  tolerance: option.positive({ default: 1e-4 }),
  maxIterations: option.count({ default: 10000 }),
} satisfies OptionTable<LinearSvmOptions>);

/**
 * Linear support vector machines on frozen embeddings, one class against the rest, with the squared hinge loss and a penalty on the intercept too: the objective of
 * scikit-learn's LinearSVC. Solved by dual coordinate descent. Probabilities are the softmax of the margins: ordered rightly, but not calibrated.
 * @throws InputError if a class has no label, an embedding is no number, it does not converge, or an option is out of range
 * @see Hsieh et al. 2008, A dual coordinate descent method for large-scale linear SVM, ICML, algorithm 3
 */
export function linearSvm(given: LinearSvmOptions = {}): Classify {
  const { options, settings } = definition.resolve(given);
  return onEmbeddings((rows, rng) => {
    const labelled = knownRows(rows);
    checkEveryClass(labelled);
    const { dim, classes } = labelled;
    checkFinite(labelled.features, dim);
    const scale = featureScaling(options.standardise, rows);
    const scaled = { ...labelled, features: scale(labelled.features) };
    const machines = Array.from({ length: classes }, (_, positive) =>
      solve(scaled, positive, options, rng.fork(`class ${positive}`)),
    );
    return (queries) => {
      const rows = scale(queries);
      const n = rows.length / dim;
      const scores = new Float32Array(n * classes);
      for (let i = 0; i < n; i++)
        machines.forEach((weights, k) => (scores[i * classes + k] = margin(rows, i, dim, weights)));
      return softmaxRows(scores, classes);
    };
  }, settings);
}
linearSvm.definition = definition;

/** Weights, then the intercept, of one class against the rest: [d+1]. */
function solve(
  { features, labels, dim }: KnownRows,
  positive: number,
  { c, tolerance, maxIterations }: Required<LinearSvmOptions>,
  rng: Rng,
): Float64Array {
  const n = labels.length;
  const signs = Float64Array.from(labels, (label) => (label === positive ? 1 : -1));
  const weights = new Float64Array(dim + 1);
  const dual = new Float64Array(n);
  const diagonal = 1 / (2 * c);
  const curvature = Float64Array.from({ length: n }, (_, i) => {
    let squares = 1 + diagonal;
    for (let j = 0; j < dim; j++) squares += features[i * dim + j] ** 2;
    return squares;
  });
  for (let pass = 0; pass < maxIterations; pass++) {
    let [most, least] = [-Infinity, Infinity];
    for (const i of rng.permutation(n)) {
      const slope = signs[i] * margin(features, i, dim, weights) - 1 + diagonal * dual[i];
      const projected = dual[i] === 0 ? Math.min(slope, 0) : slope;
      most = Math.max(most, projected);
      least = Math.min(least, projected);
      if (Math.abs(projected) < 1e-15) continue;
      const before = dual[i];
      dual[i] = Math.max(before - slope / curvature[i], 0);
      const move = (dual[i] - before) * signs[i];
      for (let j = 0; j < dim; j++) weights[j] += move * features[i * dim + j];
      weights[dim] += move;
    }
    if (most - least <= tolerance) return weights;
  }
  throw new InputError({
    got: `a support vector machine that has not converged after ${maxIterations} passes`,
    expected: "a minimum",
    todo: "Give a smaller c, a larger maxIterations, or standardise the features.",
  });
}

function margin(features: Float32Array, i: number, dim: number, weights: Float64Array): number {
  let sum = weights[dim];
  for (let j = 0; j < dim; j++) sum += weights[j] * features[i * dim + j];
  return sum;
}
