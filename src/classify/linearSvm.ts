import { define, InputError, option, type Classify, type OptionTable, type Rng } from "../core";
import { checkEveryClass, knownRows, softmaxRows, type KnownRows } from "./labelled";
import { onEmbeddings } from "./onEmbeddings";
import { checkFinite, featureScaleOption, featureScaling, type FeatureScale } from "./scaling";

/** How a machine for two classes becomes one for many. */
const multiClasses = ["crammerSinger", "oneVsRest"] as const;

/** Options of linear support vector machines: how much they may err. */
export interface LinearSvmOptions {
  /** Weight of the losses against the squared weights, above 0; scikit-learn's is 1. @default 0.1, which suits few labels better */
  readonly c?: number;
  /**
   * "crammerSinger": all classes learn together, with the hinge loss of the best wrong one; "oneVsRest": each against all others, with the squared hinge loss.
   * @default "crammerSinger", which tells many classes by few labels better; scikit-learn's is "oneVsRest"
   */
  readonly multiClass?: (typeof multiClasses)[number];
  /** Mean and spread of each feature come from all images given, or from the labelled ones only. @default "all" */
  readonly standardise?: FeatureScale;
  /** Spread of the gradient within its bounds at which it has converged, above 0. @default 1e-4, scikit-learn's */
  readonly tolerance?: number;
  /** Passes over the labelled images at most. @default 10000 */
  readonly maxIterations?: number;
}

const definition = define("linearSvm", 2, {
  c: option.positive({ default: 0.1, search: { log: [0.01, 100] } }),
  multiClass: option.choice(multiClasses, { default: "crammerSinger" }),
  standardise: featureScaleOption,
  tolerance: option.positive({ default: 1e-4 }),
  maxIterations: option.count({ default: 10000 }),
} satisfies OptionTable<LinearSvmOptions>);

/**
 * Linear support vector machines on frozen embeddings, with a penalty on the intercept too: the objectives of scikit-learn's LinearSVC. Solved by dual coordinate descent. Probabilities are the softmax of the margins: ordered rightly, but not calibrated.
 * @throws InputError if a class has no label, an embedding is no number, it does not converge, or an option is out of range
 * @see Crammer & Singer 2001, On the algorithmic implementation of multiclass kernel-based vector machines, JMLR 2; Keerthi et al. 2008, A sequential dual method for large scale
 * multi-class linear SVMs, KDD, section 3
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
    const machines =
      options.multiClass === "crammerSinger"
        ? solveTogether(scaled, options, rng.fork("together"))
        : Array.from({ length: classes }, (_, positive) =>
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
  const curvature = squaredLengths(features, dim, 1 + diagonal);
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
  throw notConverged(maxIterations);
}

function notConverged(maxIterations: number): InputError {
  return new InputError({
    got: `a support vector machine that has not converged after ${maxIterations} passes`,
    expected: "a minimum",
    todo: "Give a smaller c, a larger maxIterations, or standardise the features.",
  });
}

/** Weights, then the intercept, of each class, learnt together: classes of [d+1]. */
function solveTogether(
  { features, labels, dim, classes }: KnownRows,
  { c, tolerance, maxIterations }: Required<LinearSvmOptions>,
  rng: Rng,
): Float64Array[] {
  const n = labels.length;
  const weights = Array.from({ length: classes }, () => new Float64Array(dim + 1));
  const dual = new Float64Array(n * classes);
  const slopes = new Float64Array(classes);
  const lengths = squaredLengths(features, dim, 1);
  for (let pass = 0; pass < maxIterations; pass++) {
    let worst = 0;
    for (const i of rng.permutation(n)) {
      const own = dual.subarray(i * classes, (i + 1) * classes);
      let [most, least] = [-Infinity, Infinity];
      for (let k = 0; k < classes; k++) {
        slopes[k] = margin(features, i, dim, weights[k]) + (k === labels[i] ? 0 : 1);
        most = Math.max(most, slopes[k]);
        // One that is at its bound cannot grow any more.
        if (own[k] < (k === labels[i] ? c : 0)) least = Math.min(least, slopes[k]);
      }
      worst = Math.max(worst, most - least);
      if (most - least < 1e-12) continue;
      const wanted = shareOut(slopes, own, labels[i], lengths[i], c);
      for (let k = 0; k < classes; k++) {
        const move = wanted[k] - own[k];
        if (move === 0) continue;
        own[k] = wanted[k];
        for (let j = 0; j < dim; j++) weights[k][j] += move * features[i * dim + j];
        weights[k][dim] += move;
      }
    }
    if (worst <= tolerance) return weights;
  }
  throw notConverged(maxIterations);
}

/** The dual variables of one image that are best while all others stay: they sum to 0, its own class's is at most c, the others' at most 0. */
function shareOut(
  slopes: Float64Array,
  before: Float64Array,
  label: number,
  length: number,
  c: number,
): Float64Array {
  const lines = slopes.map((slope, k) => slope - length * before[k]);
  const order = lines.map((line, k) => (k === label ? line + length * c : line)).sort();
  let count = 1;
  let sum = order[order.length - 1] - length * c;
  while (count < order.length && sum < count * order[order.length - 1 - count]) {
    sum += order[order.length - 1 - count];
    count += 1;
  }
  const level = sum / count;
  return lines.map((line, k) => Math.min(k === label ? c : 0, (level - line) / length));
}

/** Squared length of each row, and something on top. [n*d] -> [n] */
function squaredLengths(features: Float32Array, dim: number, more: number): Float64Array {
  return Float64Array.from({ length: features.length / dim }, (_, i) => {
    let squares = more;
    for (let j = 0; j < dim; j++) squares += features[i * dim + j] ** 2;
    return squares;
  });
}

function margin(features: Float32Array, i: number, dim: number, weights: Float64Array): number {
  let sum = weights[dim];
  for (let j = 0; j < dim; j++) sum += weights[j] * features[i * dim + j];
  return sum;
}
