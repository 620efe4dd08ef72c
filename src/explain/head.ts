import { columnMeans, InputError, type PredictRows } from "../core";

/**
 * What turns an embedding into class scores, so far as maps can be exact: scores that are affine in the embedding (logistic regression, linear layers, squared
 * distances to prototypes, up to what all classes share), or cosines with one vector a class.
 */
export type Head = LinearHead | CosineHead;

/** score_c = weights_c . f + bias_c */
export interface LinearHead {
  readonly kind: "linear";
  readonly classes: number;
  readonly dim: number;
  /** Row-major, [classes*dim]. */
  readonly weights: Float64Array;
  /** [classes] */
  readonly bias: Float64Array;
}

/** score_c = scale (f - centre) . points_c / (|f - centre| |points_c|) */
export interface CosineHead {
  readonly kind: "cosine";
  readonly classes: number;
  readonly dim: number;
  /** Row-major, [classes*dim]. */
  readonly points: Float64Array;
  /** Taken off every embedding, as SimpleShot's CL2N does. [dim] */
  readonly centre: Float64Array;
  readonly scale: number;
}

/** A linear head whose weights belong to standardised embeddings, (f - mean) / spread. */
export interface StandardisedWeights {
  /** Row-major, [classes*dim]. */
  readonly weights: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
  readonly mean?: ArrayLike<number>;
  readonly spread?: ArrayLike<number>;
}

/** A linear head of its weights. @throws InputError if lengths do not fit together */
export function linearHead({ weights, bias, mean, spread }: StandardisedWeights): LinearHead {
  const classes = bias.length;
  const dim = checkedDim(weights.length, classes);
  const folded = Float64Array.from(weights, (weight, at) => weight / (spread?.[at % dim] ?? 1));
  const moved = Float64Array.from(bias, (value, c) => {
    let sum = value;
    for (let j = 0; j < dim; j++) sum -= folded[c * dim + j] * (mean?.[j] ?? 0);
    return sum;
  });
  return { kind: "linear", classes, dim, weights: folded, bias: moved };
}

/**
 * The head of squared distances to prototypes: -|f - p|^2 less the -|f|^2 that all classes share.
 * @param points row-major, [classes*dim]
 * @throws InputError if lengths do not fit together
 */
export function prototypeHead(points: ArrayLike<number>, classes: number): LinearHead {
  const dim = checkedDim(points.length, classes);
  const bias = Float64Array.from({ length: classes }, (_, c) => {
    let squares = 0;
    for (let j = 0; j < dim; j++) squares += points[c * dim + j] ** 2;
    return -squares;
  });
  return { kind: "linear", classes, dim, weights: Float64Array.from(points, (p) => 2 * p), bias };
}

/**
 * The head of cosines to one vector a class.
 * @param points row-major, [classes*dim]
 * @throws InputError if lengths do not fit together
 */
export function cosineHead(
  points: ArrayLike<number>,
  classes: number,
  { scale = 1, centre }: { readonly scale?: number; readonly centre?: ArrayLike<number> } = {},
): CosineHead {
  const dim = checkedDim(points.length, classes);
  return {
    kind: "cosine",
    classes,
    dim,
    points: Float64Array.from(points),
    centre: Float64Array.from({ length: dim }, (_, j) => centre?.[j] ?? 0),
    scale,
  };
}

function checkedDim(length: number, classes: number): number {
  if (classes >= 2 && length > 0 && length % classes === 0) return length / classes;
  throw new InputError({
    got: `${length} weights for ${classes} classes`,
    expected: "as many for each of at least two classes",
    todo: "Check the order: class by class.",
  });
}

/** Class scores of embeddings. Row-major [n*dim] -> [n*classes] */
export function scoresOf(head: Head, features: ArrayLike<number>): Float64Array {
  const { dim, classes } = head;
  const n = features.length / dim;
  const out = new Float64Array(n * classes);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < classes; c++) {
      let sum = head.kind === "linear" ? head.bias[c] : 0;
      let [own, length] = [0, 0];
      for (let j = 0; j < dim; j++) {
        const f = features[i * dim + j];
        if (head.kind === "linear") {
          sum += head.weights[c * dim + j] * f;
          continue;
        }
        const [x, p] = [f - head.centre[j], head.points[c * dim + j]];
        sum += x * p;
        length += x * x;
        own += p * p;
      }
      const norm = Math.sqrt(length * own);
      out[i * classes + c] = head.kind === "linear" ? sum : norm > 0 ? (head.scale * sum) / norm : 0; // prettier-ignore
    }
  }
  return out;
}

/** Which score is explained: one class's less another's, or less the mean of all others where none is named. */
export interface Target {
  /** Class index. */
  readonly for: number;
  /** Class index. @default the mean of all other classes */
  readonly against?: number;
}

/** Shares of the classes' scores in a target. [classes] @throws InputError if a class is not there, or both are the same */
export function targetShares(target: Target, classes: number): Float64Array {
  const { for: own, against } = target;
  const valid = (c: number): boolean => Number.isInteger(c) && c >= 0 && c < classes;
  if (!valid(own) || (against !== undefined && (!valid(against) || against === own))) {
    throw new InputError({
      got: `class ${own}${against === undefined ? "" : ` against ${against}`}`,
      expected: `two different classes from 0 to ${classes - 1}`,
      todo: "Give indices of classNames.",
    });
  }
  const shares = new Float64Array(classes).fill(against === undefined ? -1 / (classes - 1) : 0);
  shares[own] = 1;
  if (against !== undefined) shares[against] = -1;
  return shares;
}

/** A target's score for each row. Row-major [n*classes] -> [n] */
export function targetScores(scores: Float64Array, target: Target, classes: number): Float64Array {
  const shares = targetShares(target, classes);
  return Float64Array.from({ length: scores.length / classes }, (_, i) =>
    shares.reduce((sum, share, c) => sum + share * scores[i * classes + c], 0),
  );
}

/** A head that was read from what predicts, and how exactly. */
export interface ReadHead {
  readonly head: LinearHead;
  /** Largest difference between the head's contrast of two classes and that of the probabilities, over the embeddings given. */
  readonly residual: number;
}

/**
 * Reads a linear head from what predicts probabilities of embeddings, such as `classify.prototypes().fit(...)` gives: the logarithms of their ratios must be affine
 * in the embedding. It is asked about small steps from the mean of the embeddings given.
 * @param features row-major, [n*dim], some real embeddings
 * @throws InputError if the head is not affine there, as that of nearest neighbours is not
 */
export function readHead(
  predict: PredictRows,
  features: Float32Array,
  { dim, classes, tolerance = 0.02 }: { readonly dim: number; readonly classes: number; readonly tolerance?: number }, // prettier-ignore
): ReadHead {
  const n = features.length / dim;
  const mean = columnMeans(features, dim);
  const spread = new Float64Array(dim);
  features.forEach((value, at) => (spread[at % dim] += (value - mean[at % dim]) ** 2 / n));
  const asked = new Float32Array((1 + 2 * dim) * dim);
  for (let row = 0; row <= 2 * dim; row++) asked.set(mean, row * dim);
  const steps = spread.map((variance) => 0.5 * (Math.sqrt(variance) || 1));
  for (let j = 0; j < dim; j++) {
    asked[(1 + 2 * j) * dim + j] += steps[j];
    asked[(2 + 2 * j) * dim + j] -= steps[j];
  }
  const logs = logarithms(predict(asked), classes);
  const weights = new Float64Array(classes * dim);
  const bias = Float64Array.from({ length: classes }, (_, c) => logs[c]);
  for (let c = 0; c < classes; c++) {
    for (let j = 0; j < dim; j++) {
      // What is in memory has been rounded to 32 bits, and so has its step.
      const width = asked[(1 + 2 * j) * dim + j] - asked[(2 + 2 * j) * dim + j];
      const slope = (logs[(1 + 2 * j) * classes + c] - logs[(2 + 2 * j) * classes + c]) / width;
      weights[c * dim + j] = slope;
      bias[c] -= slope * asked[j];
    }
  }
  const head = linearHead({ weights, bias });
  const [own, theirs] = [centredRows(scoresOf(head, features), classes), logarithms(predict(features), classes)]; // prettier-ignore
  let [residual, scale] = [0, 0];
  theirs.forEach((value, at) => {
    // Beyond e^-12 a probability of 32 bits says little.
    if (value < -12) return;
    residual = Math.max(residual, Math.abs(value - own[at]));
    scale = Math.max(scale, Math.abs(value));
  });
  if (residual <= tolerance * Math.max(1, scale)) return { head, residual };
  throw new InputError({
    got: `a head whose scores are off by ${residual.toPrecision(2)} from a plane`,
    expected: "scores that are affine in the embedding, such as logistic regression or prototypes",
    todo: "Use occlusion, which needs no more than predictions.",
  });
}

/** Logarithms of probabilities, less their mean over the classes. */
function logarithms(probabilities: Float32Array, classes: number): Float64Array {
  return centredRows(
    Float64Array.from(probabilities, (p) => Math.log(Math.max(p, 1e-30))),
    classes,
  );
}

function centredRows(values: Float64Array, classes: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let row = 0; row < values.length; row += classes) {
    let mean = 0;
    for (let c = 0; c < classes; c++) mean += values[row + c] / classes;
    for (let c = 0; c < classes; c++) out[row + c] = values[row + c] - mean;
  }
  return out;
}
