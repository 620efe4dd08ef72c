import {
  checkOneOf,
  imageSet,
  InputError,
  type Classify,
  type Encoder,
  type ImageSet,
} from "../core";
import { simpleShotTransforms } from "../classify";
import { argmaxRows } from "../metrics";
import type { Episode, EpisodeHead } from "./episodes";

/** How near a query is to a class. */
export interface PrototypesHeadOptions {
  /** @default "squaredEuclidean" */
  readonly distance?: "squaredEuclidean" | "cosine";
}

/**
 * Nearest class mean.
 * @see Snell et al. 2017, arXiv:1703.05175
 */
export function prototypes({
  distance = "squaredEuclidean",
}: PrototypesHeadOptions = {}): EpisodeHead {
  checkOneOf("distance", distance, ["squaredEuclidean", "cosine"]);
  return (episode) => {
    const means = classMeans(episode.support, episode);
    return nearest(
      episode.query,
      distance === "cosine" ? toLengthOne(means, episode.dim) : means,
      episode,
      distance === "cosine",
    );
  };
}

/** How embeddings are prepared. */
export interface SimpleShotHeadOptions {
  /** "UN": not; "L2N": to length 1; "CL2N": less the mean of the base set, then to length 1. @default "CL2N" */
  readonly transform?: (typeof simpleShotTransforms)[number];
  /** Embeddings of the base set, the images of training, whose mean "CL2N" takes off. Row-major, [n*d] */
  readonly base?: Float32Array;
}

/**
 * SimpleShot: nearest class mean by Euclidean distance, of embeddings that are centred and brought to length 1.
 * @throws InputError if "CL2N" has no base set, or one of other length
 * @see Wang et al. 2019, arXiv:1911.04623
 */
export function simpleShot({ transform = "CL2N", base }: SimpleShotHeadOptions = {}): EpisodeHead {
  checkOneOf("transform", transform, simpleShotTransforms);
  if (transform === "CL2N" && (base === undefined || base.length === 0)) {
    throw new InputError({
      got: "CL2N without a base set",
      expected: "the embeddings of the images of training",
      todo: "Give base, or choose L2N.",
    });
  }
  let centre: Float64Array | undefined;
  return (episode) => {
    const { dim } = episode;
    if (transform === "CL2N" && base !== undefined) centre ??= columnMeans(base, dim);
    const prepare = (rows: Float32Array): Float32Array =>
      transform === "UN" ? rows : toLengthOne(rows, dim, centre);
    const means = classMeans(prepare(episode.support), episode);
    return nearest(prepare(episode.query), means, episode, false);
  };
}

/**
 * Matching by attention: the class with the largest sum of softmax(cosine) over its images.
 * @see Vinyals et al. 2016, arXiv:1606.04080, equations 1 and 2
 */
export function matching(): EpisodeHead {
  return ({ support, query, ways, shots, dim }) => {
    const known = toLengthOne(support, dim);
    const asked = toLengthOne(query, dim);
    const told = new Int32Array(asked.length / dim);
    for (let i = 0; i < told.length; i++) {
      let most = -Infinity;
      for (let way = 0; way < ways; way++) {
        let attention = 0;
        for (let s = way * shots; s < (way + 1) * shots; s++)
          attention += Math.exp(dot(asked, i * dim, known, s * dim, dim));
        if (attention > most) [most, told[i]] = [attention, way];
      }
    }
    return told;
  };
}

/** What a classifier may see of an episode. */
export interface ClassifierHeadOptions {
  /** Whether it may look at the queries, without their labels, before it tells them. @default false */
  readonly transductive?: boolean;
}

/**
 * Any classifier that needs embeddings only, for example `classify.logisticRegression()`. Slower than the others, since it is trained in each episode.
 * @throws InputError if the classifier needs images
 */
export function classifier(
  classify: Classify,
  { transductive = false }: ClassifierHeadOptions = {},
): EpisodeHead {
  if (classify.frozen !== true) {
    throw new InputError({
      got: "a classifier that trains on images",
      expected: "one that needs embeddings only, such as classify.prototypes()",
      todo: "Choose another classifier.",
    });
  }
  return async (episode) => {
    const { support, query, ways, shots, dim, rng } = episode;
    const known = Int32Array.from({ length: ways * shots }, (_, i) => Math.floor(i / shots));
    const hidden = new Int32Array(query.length / dim).fill(-1);
    const rows = transductive ? Float32Array.from([...support, ...query]) : support;
    const labels = transductive ? Int32Array.from([...known, ...hidden]) : known;
    const train = vectors(rows, labels, episode);
    const trained = await classify(identity(dim), train, rng.fork("classifier"));
    try {
      return argmaxRows(await trained.predict(vectors(query, hidden, episode)), ways);
    } finally {
      trained.dispose();
    }
  };
}

function vectors(pixels: Float32Array, labels: Int32Array, { ways, dim }: Episode): ImageSet {
  const classNames = Array.from({ length: ways }, (_, way) => `class ${way + 1}`);
  return imageSet({
    name: "episode",
    pixels,
    shape: [1, 1, dim],
    labels,
    classNames,
    unit: "embedding",
  });
}

function identity(dim: number): Encoder {
  return {
    dim,
    embed: (rows) => rows.reshape([rows.shape[0], dim]),
    clone: () => identity(dim),
    save: () => Promise.resolve(),
    dispose: () => undefined,
  };
}

function classMeans(rows: Float32Array, { ways, shots, dim }: Episode): Float32Array {
  if (shots === 1) return rows;
  const means = new Float32Array(ways * dim);
  for (let way = 0; way < ways; way++)
    for (let s = 0; s < shots; s++)
      for (let j = 0; j < dim; j++)
        means[way * dim + j] += rows[(way * shots + s) * dim + j] / shots;
  return means;
}

/** The class whose mean is nearest, or has the largest product; the first of equals. */
function nearest(
  query: Float32Array,
  means: Float32Array,
  { ways, dim }: Episode,
  byProduct: boolean,
): Int32Array {
  // Half the square: |q - m|^2 = |q|^2 - 2 (q m - |m|^2 / 2), and the first is the same for all.
  const halves = Float64Array.from({ length: ways }, (_, way) =>
    byProduct ? 0 : dot(means, way * dim, means, way * dim, dim) / 2,
  );
  const told = new Int32Array(query.length / dim);
  for (let i = 0; i < told.length; i++) {
    let most = -Infinity;
    for (let way = 0; way < ways; way++) {
      const score = dot(query, i * dim, means, way * dim, dim) - halves[way];
      if (score > most) [most, told[i]] = [score, way];
    }
  }
  return told;
}

/** The product of two rows, with four sums side by side, since one waits for itself. */
function dot(a: Float32Array, fromA: number, b: Float32Array, fromB: number, dim: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let j = 0;
  for (; j + 3 < dim; j += 4) {
    s0 += a[fromA + j] * b[fromB + j];
    s1 += a[fromA + j + 1] * b[fromB + j + 1];
    s2 += a[fromA + j + 2] * b[fromB + j + 2];
    s3 += a[fromA + j + 3] * b[fromB + j + 3];
  }
  for (; j < dim; j++) s0 += a[fromA + j] * b[fromB + j];
  return s0 + s1 + s2 + s3;
}

function columnMeans(rows: Float32Array, dim: number): Float64Array {
  if (rows.length % dim !== 0) {
    throw new InputError({
      got: `a base set of ${rows.length} values for embeddings of length ${dim}`,
      expected: "whole embeddings of that length",
      todo: "Embed the base set with the same encoder.",
    });
  }
  const means = new Float64Array(dim);
  for (let from = 0; from < rows.length; from += dim)
    for (let j = 0; j < dim; j++) means[j] += (rows[from + j] * dim) / rows.length;
  return means;
}

/** Each row less the centre, divided by its length. */
function toLengthOne(rows: Float32Array, dim: number, centre?: Float64Array): Float32Array {
  const out = new Float32Array(rows.length);
  for (let from = 0; from < rows.length; from += dim) {
    for (let j = 0; j < dim; j++)
      out[from + j] = centre === undefined ? rows[from + j] : rows[from + j] - centre[j];
    // What has no direction stays where it is.
    const length = Math.sqrt(dot(out, from, out, from, dim)) || 1;
    for (let j = 0; j < dim; j++) out[from + j] /= length;
  }
  return out;
}
