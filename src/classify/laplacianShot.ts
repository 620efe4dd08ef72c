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
import { classMeans } from "./classMeans";
import { frozenClassifier } from "./frozenClassifier";
import { embedLabelled, softmaxRows } from "./labelled";
import { columnMeans, toLengthOne } from "./lengths";
import { checkFinite } from "./scaling";
import { simpleShotTransforms } from "./simpleShot";

/** How images that are asked about together agree on their classes. */
export interface LaplacianShotOptions {
  /** Weight of what neighbours say, at least 0; 0 is `simpleShot`. @default 1 */
  readonly lambda?: number;
  /** Neighbours of each image among those asked about, at least 1. @default 3 */
  readonly neighbours?: number;
  /** As in `simpleShot`. @default "CL2N" */
  readonly transform?: (typeof simpleShotTransforms)[number];
  /** Steps at most. @default 20 */
  readonly maxIterations?: number;
}

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
export function laplacianShot(options: LaplacianShotOptions = {}): Classify {
  const { lambda = 1, neighbours = 3, transform = "CL2N", maxIterations = 20 } = options;
  checkNumber("lambda", lambda, { min: 0 });
  checkInteger("neighbours", neighbours, { min: 1 });
  checkInteger("maxIterations", maxIterations, { min: 1 });
  checkOneOf("transform", transform, simpleShotTransforms);
  return frozenClassifier(async (encoder, train) => {
    const known = await embedLabelled(encoder, train);
    const { dim, classes } = known;
    const centre =
      transform === "CL2N" ? columnMeans(await embedImages(encoder, train), dim) : undefined;
    const prepare = (features: Float32Array): Float32Array =>
      transform === "UN" ? features : toLengthOne(checkFinite(features, dim), dim, centre);
    const means = classMeans({ ...known, features: prepare(known.features) }, train.classNames);
    return (given) => {
      const features = prepare(given);
      const closeness = closenessTo(features, means, dim, classes);
      const n = features.length / dim;
      if (n < 2 || lambda === 0) return softmaxRows(closeness, classes);
      const near = nearestOf(features, dim, Math.min(neighbours, n - 1));
      return agree(closeness, near, { classes, lambda, maxIterations });
    };
  });
}

/** Minus the squared distance of each row to each mean. [n*d], [classes*d] -> [n*classes] */
function closenessTo(
  features: Float32Array,
  means: Float32Array,
  dim: number,
  classes: number,
): Float32Array {
  const n = features.length / dim;
  const out = new Float32Array(n * classes);
  for (let i = 0; i < n; i++)
    for (let c = 0; c < classes; c++)
      for (let j = 0; j < dim; j++)
        out[i * classes + c] -= (features[i * dim + j] - means[c * dim + j]) ** 2;
  return out;
}

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
