import {
  InputError,
  option,
  tf,
  unitRows,
  valuesOf,
  type DefaultTable,
  type LabelledRows,
  type Option,
  type PredictRows,
  type Tensor2D,
} from "../core";
import { checkEveryClass, knownRows } from "./labelled";
import { checkFinite } from "./scaling";

/** Options of both ways to spread labels: how near images are to each other, and when to stop. */
export interface KernelGraphOptions {
  /**
   * Nearness of two embeddings is exp(-gamma distance^2), above 0; scikit-learn's default is 20. @default one over the mean squared distance of the images to their
   * seventh nearest neighbour, since with a fixed one all images of an encoder may be near to each other, and labels then say nothing
   */
  readonly gamma?: number;
  /** Whether each embedding is brought to length 1 first, so that one gamma suits every encoder. @default true */
  readonly normalise?: boolean;
  /** Steps at most. */
  readonly maxIterations?: number;
  /** Change of all class shares together, in one step, below which it stops; at least 0. @default 1e-3, scikit-learn's */
  readonly tolerance?: number;
}

/** The options, filled in but for what goes by the images. */
export type KernelGraphSettings = Required<Omit<KernelGraphOptions, "gamma">> & {
  readonly gamma: number | undefined;
};

/** The options that both share, as a table. */
export function kernelGraphOptions({
  maxIterations,
}: Required<Pick<KernelGraphOptions, "maxIterations">>): DefaultTable<
  Omit<KernelGraphOptions, "gamma">
> & { readonly gamma: Option<number, number | undefined> } {
  return {
    gamma: option.positive({}),
    normalise: option.flag({ default: true }),
    maxIterations: option.count({ default: maxIterations }),
    tolerance: option.weight({ default: 1e-3 }),
  };
}

/** Images whose nearness to each other fits into memory. */
const mostImages = 20000;

/** From the nearness of all images to each other and their labels as rows of one 1, to class shares. [n,n], [n,c] -> [n,c] */
export type SpreadLabels = (
  kernel: Tensor2D,
  labels: Tensor2D,
  settings: KernelGraphSettings,
) => Tensor2D;

/**
 * Spreads labels over a set of images, labelled or not, and tells new images by those near to them.
 * @throws InputError if a class has no label, there are too many images, or an embedding is no number
 */
export function spreadLabels(
  rows: LabelledRows,
  settings: KernelGraphSettings,
  share: SpreadLabels,
): PredictRows {
  checkEveryClass(knownRows(rows));
  const n = rows.labels.length;
  checkCount(n);
  const { dim } = rows;
  const classes = rows.classNames.length;
  const features = prepare(checkFinite(rows.features, dim), dim, settings);
  const gamma = settings.gamma ?? neighbourGamma(features, dim);
  const shares = valuesOf(() => {
    const x = tf.tensor2d(features, [n, dim]);
    const known = new Float32Array(n * classes);
    rows.labels.forEach((label, i) => {
      if (label >= 0) known[i * classes + label] = 1;
    });
    return share(kernelOf(x, x, gamma), tf.tensor2d(known, [n, classes]), settings);
  });
  return (queries) =>
    predict(prepare(queries, dim, settings), {
      features,
      shares,
      dim,
      classes,
      gamma,
    });
}

function checkCount(n: number): void {
  if (n <= mostImages) return;
  throw new InputError({
    got: `${n} images`,
    expected: `at most ${mostImages}, since each is compared with every other`,
    todo: "Take a part of the images, or another classifier.",
  });
}

function prepare(
  features: Float32Array,
  dim: number,
  { normalise }: KernelGraphSettings,
): Float32Array {
  return normalise ? unitRows(features, dim) : features;
}

/** exp(-gamma distance^2) of each row to each other. [n,d], [m,d] -> [n,m] */
function kernelOf(a: Tensor2D, b: Tensor2D, gamma: number): Tensor2D {
  return tf.tidy(() => squaredDistances(a, b).mul<Tensor2D>(-gamma).exp());
}

/** Squared distance of each row to each other. [n,d], [m,d] -> [n,m] */
function squaredDistances(a: Tensor2D, b: Tensor2D): Tensor2D {
  const squares = a.square().sum(1, true).add(b.square().sum(1));
  return squares.sub(tf.matMul(a, b, false, true).mul(2)).relu();
}

/** The neighbour whose distance sets the scale. */
const scaleNeighbour = 7;

/**
 * One over the mean squared distance of the images to their seventh nearest neighbour, or to the farthest where there are fewer.
 * @see Zelnik-Manor & Perona 2004, Self-tuning spectral clustering, NIPS 17, which has a scale for each image in place of their mean
 */
function neighbourGamma(features: Float32Array, dim: number): number {
  const n = features.length / dim;
  let sum = 0;
  for (let from = 0; from < n; from += chunk) {
    const count = Math.min(chunk, n - from);
    const distances = valuesOf(() => {
      const x = tf.tensor2d(features, [n, dim]);
      return squaredDistances(x.slice([from, 0], [count, dim]), x);
    });
    for (let i = 0; i < count; i++) {
      // The nearest of all is the image itself.
      const row = distances.subarray(i * n, (i + 1) * n).sort();
      sum += row[Math.min(scaleNeighbour, n - 1)];
    }
  }
  // Images that are all the same are as near to each other with any scale.
  return sum > 0 ? n / sum : 1;
}

interface Spreading {
  readonly features: Float32Array;
  readonly shares: Float32Array;
  readonly dim: number;
  readonly classes: number;
  readonly gamma: number;
}

/** Images compared with the set at once. */
const chunk = 512;

function predict(
  queries: Float32Array,
  { features, shares, dim, classes, gamma }: Spreading,
): Float32Array {
  const n = queries.length / dim;
  const out = new Float32Array(n * classes);
  for (let from = 0; from < n; from += chunk) {
    const count = Math.min(chunk, n - from);
    const rows = queries.subarray(from * dim, (from + count) * dim);
    const values = valuesOf(() => {
      const stored = tf.tensor2d(features, [features.length / dim, dim]);
      const near = kernelOf(tf.tensor2d(rows, [count, dim]), stored, gamma);
      const sums = tf.matMul(near, tf.tensor2d(shares, [features.length / dim, classes]));
      // Far from everything all classes are as likely.
      return normaliseShares(sums.add(1e-30));
    });
    out.set(values, from * classes);
  }
  return out;
}

/** Rows that sum to 1; rows of zeros stay. [n,c] -> [n,c] */
export function normaliseShares(shares: Tensor2D): Tensor2D {
  const sums = shares.sum(1, true);
  return shares.div(sums.add(sums.equal(0).toFloat()));
}

/** Repeats a step until the shares change by less than the tolerance. [n,c] -> [n,c] */
export function repeatUntilStill(
  start: Tensor2D,
  step: (shares: Tensor2D) => Tensor2D,
  { maxIterations, tolerance }: KernelGraphSettings,
): Tensor2D {
  let shares = start.clone();
  for (let i = 0; i < maxIterations; i++) {
    const next = tf.tidy(() => step(shares));
    const change = tf.tidy(() => next.sub(shares).abs().sum().dataSync()[0]);
    shares.dispose();
    shares = next;
    if (change < tolerance) break;
  }
  return shares;
}
