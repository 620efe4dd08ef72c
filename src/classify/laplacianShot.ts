import {
  define,
  defined,
  InputError,
  option,
  tf,
  valuesOf,
  type Classify,
  type OptionTable,
} from "../core";
import { classMeans } from "./classMeans";
import { closenessTo } from "./closeness";
import { knownRows, softmaxRows } from "./labelled";
import { onEmbeddings } from "./onEmbeddings";
import { checkFinite, openFeatureScaleOption, type FeatureScale } from "./scaling";
import { simpleShotTransform, simpleShotTransforms, type SimpleShotOptions } from "./simpleShot";

/** Options of LaplacianShot: how images that are asked about together agree on their classes. */
export interface LaplacianShotOptions {
  /** Weight of what neighbours say, at least 0; 0 is `simpleShot`. @default 1 */
  readonly lambda?: number;
  /** Neighbours of each image among those asked about, at least 1. @default 3 */
  readonly neighbours?: number;
  /** As in `simpleShot`. @default "CL2N" */
  readonly transform?: NonNullable<SimpleShotOptions["transform"]>;
  /** As in `simpleShot`. @default all images given, where some have no label, else "none" */
  readonly standardise?: FeatureScale;
  /** Steps at most. @default 20 */
  readonly maxIterations?: number;
}

const definition = define("laplacianShot", 2, {
  lambda: option.weight({ default: 1 }),
  neighbours: option.count({ default: 3 }),
  transform: option.choice(simpleShotTransforms, { default: "CL2N" }),
  standardise: openFeatureScaleOption,
  maxIterations: option.count({ default: 20 }),
} satisfies OptionTable<LaplacianShotOptions>);

/** Images whose nearness to each other fits into memory. */
const mostImages = 20000;

/** Change of a probability below which it stops. */
const still = 1e-6;

/**
 * LaplacianShot: images are told by their nearest class mean, and each also by what its nearest neighbours among the images asked about are told; these
 * agree step by step. Transductive: an answer depends on which images are asked about together, though never on their labels.
 * @throws InputError if a class has no label, there are too many images, an embedding is no number, or an option is out of range
 * @see Ziko et al. 2020, arXiv:2006.15486, algorithm 1
 */
export function laplacianShot(given: LaplacianShotOptions = {}): Classify {
  const { options, settings } = definition.resolve(given);
  const { lambda, neighbours, maxIterations } = options;
  return onEmbeddings((rows) => {
    const { dim } = rows;
    const transformed = simpleShotTransform(rows, defined(options));
    const prepare = (given: Float32Array): Float32Array => transformed(checkFinite(given, dim));
    const labelled = knownRows(rows);
    const { classes } = labelled;
    const means = classMeans({ ...labelled, features: prepare(labelled.features) });
    return (asked) => {
      const features = prepare(asked);
      const closeness = closenessTo(features, means, dim);
      const n = features.length / dim;
      if (n < 2 || lambda === 0) return softmaxRows(closeness, classes);
      const near = nearestOf(features, dim, Math.min(neighbours, n - 1));
      return agree(closeness, near, { classes, lambda, maxIterations });
    };
  }, settings);
}
laplacianShot.definition = definition;

/** The nearest other rows of each row. [n*d] -> [n*count] */
function nearestOf(features: Float32Array, dim: number, count: number): Int32Array {
  const n = features.length / dim;
  if (n > mostImages) {
    throw new InputError({
      got: `${n} images asked about together`,
      expected: `at most ${mostImages}, whose nearness to each other fits into memory`,
      todo: "Ask about fewer at a time, or choose simpleShot.",
    });
  }
  const near = new Int32Array(n * count);
  const chunk = 512;
  for (let from = 0; from < n; from += chunk) {
    const rows = Math.min(chunk, n - from);
    const indices = valuesOf(() => {
      const all = tf.tensor2d(features, [n, dim]);
      const some = tf.tensor2d(features.subarray(from * dim, (from + rows) * dim), [rows, dim]);
      // Less the square of the row itself, which is the same for all others.
      const closeness = tf.matMul(some, all, false, true).mul(2).sub(all.square().sum(1));
      const itself = tf.oneHot(tf.range(from, from + rows, 1, "int32"), n).mul(1e30);
      return tf.topk(closeness.sub(itself), count).indices;
    });
    near.set(indices, from * count);
  }
  return near;
}

/** Repeats y = softmax(closeness + lambda * sum of the neighbours' y) until it stands still. */
function agree(
  closeness: Float32Array,
  near: Int32Array,
  { classes, lambda, maxIterations }: { classes: number; lambda: number; maxIterations: number },
): Float32Array {
  const n = closeness.length / classes;
  const count = near.length / n;
  let shares = softmaxRows(closeness, classes);
  for (let step = 0; step < maxIterations; step++) {
    const scores = closeness.slice();
    for (let at = 0; at < near.length; at++) {
      const row = Math.floor(at / count) * classes;
      for (let c = 0; c < classes; c++) scores[row + c] += lambda * shares[near[at] * classes + c];
    }
    const next = softmaxRows(scores, classes);
    const change = next.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - shares[at])),
      0,
    );
    shares = next;
    if (change < still) break;
  }
  return shares;
}
