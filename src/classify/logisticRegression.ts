import {
  define,
  defined,
  InputError,
  option,
  scaledTensor,
  tf,
  valuesOf,
  type Classify,
  type OptionTable,
  type PredictRows,
  type Tensor2D,
} from "../core";
import { knownRows, softmaxRows, type KnownRows } from "./labelled";
import { inverseCurvature } from "./inverseCurvature";
import { minimise } from "./minimise";
import { onEmbeddings } from "./onEmbeddings";
import { featureScaleOption, scaleOf, type FeatureScale } from "./scaling";
import { matrixProducts, softmaxObjective } from "./softmaxObjective";
import { spanOfRows } from "./spanOfRows";

/** Options of logistic regression: how strongly weights are held back, and what the features are standardised by. */
export interface LogisticRegressionOptions {
  /** Inverse strength of the squared penalty on the weights, above 0; the intercept is free. @default 1 */
  readonly c?: number;
  /** Mean and spread of each feature come from all images given, or from the labelled ones only. @default "all" */
  readonly standardise?: FeatureScale;
  /** @default 1000 */
  readonly maxIterations?: number;
}

const definition = define("logisticRegression", 1, {
  c: option.positive({ default: 1, search: { log: [0.01, 100] } }),
  standardise: featureScaleOption,
  maxIterations: option.count({ default: 1000 }),
} satisfies OptionTable<LogisticRegressionOptions>);

/**
 * Multinomial logistic regression on frozen embeddings, run until it has converged. The objective is the sum of the
 * cross-entropies plus the squared weights over 2c, as scikit-learn has it.
 * @throws InputError if no image is labelled, only one class is, or it does not converge
 */
export function logisticRegression(given: LogisticRegressionOptions = {}): Classify {
  const { options, settings } = definition.resolve(given);
  const { c, standardise, maxIterations } = options;
  return onEmbeddings((rows) => {
    const labelled = knownRows(rows);
    checkTwoClasses(labelled);
    const scale = scaleOf(standardise, rows);
    const { dim } = rows;
    const tensor = (features: Float32Array): Tensor2D =>
      scale === undefined ? asRows(features, dim) : scaledTensor(features, scale);
    return fitTensors(labelled, tensor, c, maxIterations);
  }, settings);
}
logisticRegression.definition = definition;

/**
 * Fits a logistic regression to features as they are, and gives what predicts from such features.
 * @throws InputError if it does not converge
 */
export function fitLogistic(labelled: KnownRows, c: number, maxIterations: number): PredictRows {
  return fitTensors(labelled, (features) => asRows(features, labelled.dim), c, maxIterations);
}

const asRows = (features: Float32Array, dim: number): Tensor2D => tf.tensor2d(features, [features.length / dim, dim]); // prettier-ignore

function fitTensors(
  labelled: KnownRows,
  tensor: (features: Float32Array) => Tensor2D,
  c: number,
  maxIterations: number,
): PredictRows {
  const rows = tf.tidy(() => tensor(labelled.features));
  try {
    const weights = fit(rows, labelled, c, maxIterations);
    return (features) => predict(() => tensor(features), weights, labelled);
  } finally {
    rows.dispose();
  }
}

function checkTwoClasses({ labels }: KnownRows): void {
  if (new Set(labels).size >= 2) return;
  throw new InputError({
    got: "labelled images of one class only",
    expected: "labels of at least two classes",
    todo: "Label an image of another class.",
  });
}

/**
 * Weights, then intercepts: [(d+1)*classes], row-major. With fewer images than features the weights lie in the span of
 * the images, so the problem is solved there, exactly, in as many unknowns as there are images.
 */
function fit(
  features: Tensor2D,
  { dim, classes, labels }: KnownRows,
  c: number,
  maxIterations: number,
): Float32Array {
  const n = labels.length;
  const span = dim > n ? spanOfRows(features) : undefined;
  const d = span === undefined ? dim : n;
  const size = d * classes;
  const rows = span?.coordinates ?? new Float64Array(features.dataSync());
  const inverse = inverseCurvature(rows, n, d, classes, c, span?.squares);
  const products = matrixProducts(rows, n, d, classes);
  try {
    const minimum = minimise(
      softmaxObjective(products.forward, products.backward, labels, d, classes, c),
      new Float64Array(size + classes),
      {
        tolerance: products.tolerance,
        rounding: products.rounding,
        maxIterations,
        ...defined({ inverseCurvature: inverse?.times }),
      },
    );
    if (!minimum.converged && minimum.iterations >= maxIterations) {
      throw new InputError({
        got: `a logistic regression that has not converged after ${minimum.iterations} iterations`,
        expected: "a minimum",
        todo: "Give a smaller c or a larger maxIterations.",
      });
    }
    const weights = minimum.point.subarray(0, size);
    const intercepts = minimum.point.subarray(size);
    const expanded = span === undefined ? weights : span.expand(weights, classes);
    return joined(expanded, intercepts);
  } finally {
    products.dispose();
    inverse?.dispose();
  }
}

function joined(weights: Float64Array, intercepts: Float64Array): Float32Array {
  const all = new Float32Array(weights.length + intercepts.length);
  all.set(weights);
  all.set(intercepts, weights.length);
  return all;
}

function predict(
  features: () => Tensor2D,
  weights: Float32Array,
  { dim, classes }: KnownRows,
): Float32Array {
  const scores = valuesOf(() => {
    const w = tf.tensor2d(weights.subarray(0, dim * classes), [dim, classes]);
    const b = tf.tensor1d(weights.subarray(dim * classes));
    return features().matMul(w).add(b);
  });
  return softmaxRows(scores, classes);
}
