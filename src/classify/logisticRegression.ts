import {
  define,
  defined,
  InputError,
  option,
  tf,
  valuesOf,
  type Classify,
  type OptionTable,
  type PredictRows,
} from "../core";
import { knownRows, softmaxRows, type KnownRows } from "./labelled";
import { inverseCurvature } from "./inverseCurvature";
import { minimise } from "./minimise";
import { onEmbeddings } from "./onEmbeddings";
import { featureScaleOption, featureScaling, type FeatureScale } from "./scaling";
import { matrixProducts, softmaxObjective, spanOfRows } from "./softmaxObjective";

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
    const scale = featureScaling(standardise, rows);
    const scaled = { ...labelled, features: scale(labelled.features) };
    const predict = fitLogistic(scaled, c, maxIterations);
    return (features) => predict(scale(features));
  }, settings);
}
logisticRegression.definition = definition;

/**
 * Fits a logistic regression to features as they are, and gives what predicts from such features.
 * @throws InputError if it does not converge
 */
export function fitLogistic(labelled: KnownRows, c: number, maxIterations: number): PredictRows {
  const weights = fit(labelled, c, maxIterations);
  return (features) => predict(features, weights, labelled);
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
function fit(labelled: KnownRows, c: number, maxIterations: number): Float32Array {
  const { dim, classes, labels, features } = labelled;
  const n = labels.length;
  const span = dim > n ? spanOfRows(features, n, dim) : undefined;
  const d = span === undefined ? dim : n;
  const size = d * classes;
  const rows = span?.coordinates ?? Float64Array.from(features);
  const inverse = inverseCurvature(rows, n, d, classes, c);
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
    return Float32Array.from([...expanded, ...intercepts]);
  } finally {
    products.dispose();
    inverse?.dispose();
  }
}

function predict(
  features: Float32Array,
  weights: Float32Array,
  { dim, classes }: KnownRows,
): Float32Array {
  const scores = valuesOf(() => {
    const w = tf.tensor2d(weights.subarray(0, dim * classes), [dim, classes]);
    const b = tf.tensor1d(weights.subarray(dim * classes));
    const x = tf.tensor2d(features, [features.length / dim, dim]);
    return x.matMul(w).add(b);
  });
  return softmaxRows(scores, classes);
}
