import {
  checkInteger,
  checkNumber,
  checkOneOf,
  InputError,
  tf,
  valuesOf,
  type Classify,
} from "../core";
import { embedImages } from "../nets";
import { frozenClassifier } from "./frozenClassifier";
import { embedLabelled, softmaxRows, type LabelledEmbeddings } from "./labelled";
import { minimise } from "./minimise";
import { matrixProducts, softmaxObjective, spanOfRows } from "./softmaxObjective";

/** How strongly weights are held back, and what the features are standardised by. */
export interface LogisticRegressionOptions {
  /** Inverse strength of the squared penalty on the weights, above 0; the intercept is free. @default 1 */
  readonly c?: number;
  /** Mean and spread of each feature come from all images given, or from the labelled ones only. @default "all" */
  readonly standardise?: "all" | "labelled" | "none";
  /** @default 1000 */
  readonly maxIterations?: number;
}

/**
 * Multinomial logistic regression on frozen embeddings, run until it has converged. The objective is the sum of the
 * cross-entropies plus the squared weights over 2c, as scikit-learn has it.
 * @throws InputError if no image is labelled, only one class is, or it does not converge
 */
export function logisticRegression(options: LogisticRegressionOptions = {}): Classify {
  const { c = 1, standardise = "all", maxIterations = 1000 } = options;
  checkNumber("c", c, { min: 0, aboveMin: true });
  checkOneOf("standardise", standardise, ["all", "labelled", "none"]);
  checkInteger("maxIterations", maxIterations, { min: 1 });
  return frozenClassifier(async (encoder, train) => {
    const known = await embedLabelled(encoder, train);
    checkTwoClasses(known);
    const reference = standardise === "all" ? await embedImages(encoder, train) : known.features;
    const scaling = standardise === "none" ? undefined : columnScaling(reference, known.dim);
    const scaled = scaling === undefined ? known.features : applyScaling(known.features, scaling);
    const weights = fit({ ...known, features: scaled }, c, maxIterations);
    return (features) =>
      predict(scaling === undefined ? features : applyScaling(features, scaling), weights, known);
  });
}

function checkTwoClasses({ labels }: LabelledEmbeddings): void {
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
function fit(known: LabelledEmbeddings, c: number, maxIterations: number): Float32Array {
  const { dim, classes, labels } = known;
  const n = labels.length;
  const span = dim > n ? spanOfRows(known.features, n, dim) : undefined;
  const d = span === undefined ? dim : n;
  const size = d * classes;
  const products = matrixProducts(
    span?.coordinates ?? Float64Array.from(known.features),
    n,
    d,
    classes,
  );
  try {
    const minimum = minimise(
      softmaxObjective(products.forward, products.backward, labels, d, classes, c),
      new Float64Array(size + classes),
      { tolerance: products.tolerance, rounding: products.rounding, maxIterations },
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
  }
}

function predict(
  features: Float32Array,
  weights: Float32Array,
  { dim, classes }: LabelledEmbeddings,
): Float32Array {
  const scores = valuesOf(() => {
    const w = tf.tensor2d(weights.subarray(0, dim * classes), [dim, classes]);
    const b = tf.tensor1d(weights.subarray(dim * classes));
    const x = tf.tensor2d(features, [features.length / dim, dim]);
    return x.matMul(w).add(b);
  });
  return softmaxRows(scores, classes);
}

interface Scaling {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

function columnScaling(features: Float32Array, dim: number): Scaling {
  const n = features.length / dim;
  const mean = new Float64Array(dim);
  const deviation = new Float64Array(dim);
  for (let at = 0; at < features.length; at++) mean[at % dim] += features[at] / n;
  for (let at = 0; at < features.length; at++)
    deviation[at % dim] += (features[at] - mean[at % dim]) ** 2 / n;
  // A constant feature tells nothing; leave it at zero instead of dividing by zero.
  return { mean, deviation: deviation.map((v) => (v > 1e-12 ? Math.sqrt(v) : 1)) };
}

function applyScaling(features: Float32Array, { mean, deviation }: Scaling): Float32Array {
  const dim = mean.length;
  return features.map((value, at) => (value - mean[at % dim]) / deviation[at % dim]);
}
