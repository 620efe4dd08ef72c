import { InputError, type LabelledRows } from "../core";
import { fitLogistic, type LogisticFit, type LogisticOptions } from "./fitLogistic";
import { scoresOf, targetScores, targetShares, type Target } from "./head";

/** How much one label pushes a score. */
export interface Push {
  /** Index of the labelled row among all rows. */
  readonly row: number;
  readonly label: number;
  /** In units of the score; all pushes and `rest` add up to it. */
  readonly push: number;
}

/** A score as a sum over labels. */
export interface Pushes {
  readonly score: number;
  /** Largest first. */
  readonly pushes: readonly Push[];
  /** What no label has part in: the free intercept. */
  readonly rest: number;
}

/**
 * The push of each label on the score of an embedding, exact for a logistic head at its minimum: weights are sums over the labelled rows.
 * @throws InputError if the target's classes are not there
 * @see Yeh et al. 2018, arXiv:1811.09720
 */
export function labelPushes(
  fit: LogisticFit,
  embedding: ArrayLike<number>,
  target: Target,
): Pushes {
  const { inputs, labels, probabilities, weights, options } = fit;
  const classes = fit.head.classes;
  const width = fit.head.dim + 1;
  const shares = targetShares(target, classes);
  const x = standardised(fit, embedding);
  const last = options.penaliseBias ? width : width - 1;
  const pushes = Array.from(labels, (label, i): Push => {
    let similarity = 0;
    for (let j = 0; j < last; j++) similarity += inputs[i * width + j] * x[j];
    let error = 0;
    for (let c = 0; c < classes; c++)
      error += shares[c] * ((label === c ? 1 : 0) - probabilities[i * classes + c]);
    return { row: fit.rows[i], label, push: (error * similarity) / options.lambda };
  });
  let rest = 0;
  if (!options.penaliseBias)
    for (let c = 0; c < classes; c++) rest += shares[c] * weights[c * width + width - 1];
  const score = pushes.reduce((sum, { push }) => sum + push, rest);
  return { score, rest, pushes: pushes.sort((a, b) => Math.abs(b.push) - Math.abs(a.push)) };
}

function standardised(
  { mean, spread, head }: LogisticFit,
  embedding: ArrayLike<number>,
): Float64Array {
  const x = new Float64Array(head.dim + 1);
  for (let j = 0; j < head.dim; j++) x[j] = (embedding[j] - mean[j]) / spread[j];
  x[head.dim] = 1;
  return x;
}

/** What becomes of a score without one of the labels. */
export interface WithoutLabel {
  readonly row: number;
  readonly label: number;
  /** Score without the label less the score with it. */
  readonly change: number;
}

/**
 * Takes each label away in turn and fits again, from where the fit was: exact, some milliseconds a label.
 * @throws InputError if a class would be left with no label, so that fewer than two have some
 */
export function leaveOneOut(
  rows: LabelledRows,
  embedding: ArrayLike<number>,
  target: Target,
  options: LogisticOptions = {},
): WithoutLabel[] {
  const fit = fitLogistic(rows, options);
  const scoreOf = ({ head }: LogisticFit): number => targetScores(scoresOf(head, embedding), target, head.classes)[0]; // prettier-ignore
  const before = scoreOf(fit);
  const changes = Array.from(fit.rows, (row): WithoutLabel => {
    const labels = rows.labels.slice();
    labels[row] = -1;
    // Mean and spread come from all rows, so that they stay.
    const again = fitLogistic({ ...rows, labels }, options, fit.weights);
    return { row, label: rows.labels[row], change: scoreOf(again) - before };
  });
  return changes.sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
}

/** A labelled row near an embedding. */
export interface Neighbour {
  readonly row: number;
  readonly label: number;
  readonly distance: number;
  /** Whether it comes from the same scan, so that it may be near for the scan's sake. */
  readonly sameGroup: boolean;
}

/** Where an embedding comes from, and how many neighbours are wanted. */
export interface NeighbourOptions {
  /** @default 5 */
  readonly count?: number;
  /** Scan of each row. */
  readonly groups?: readonly string[];
  /** Scan of the embedding. */
  readonly group?: string;
}

/** The labelled rows nearest to an embedding, by Euclidean distance, nearest first. */
export function neighbours(
  { features, labels, dim }: Pick<LabelledRows, "features" | "labels" | "dim">,
  embedding: ArrayLike<number>,
  { count = 5, groups, group }: NeighbourOptions = {},
): Neighbour[] {
  const known = Array.from(labels.keys()).filter((i) => labels[i] >= 0);
  return known
    .map((row): Neighbour => {
      let squares = 0;
      for (let j = 0; j < dim; j++) squares += (features[row * dim + j] - embedding[j]) ** 2;
      const sameGroup = group !== undefined && groups?.[row] === group;
      return { row, label: labels[row], distance: Math.sqrt(squares), sameGroup };
    })
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count);
}

/** How new an embedding is. */
export interface Novelty {
  /** Mean distance to the nearest labelled rows. */
  readonly score: number;
  /** Share of labelled rows, and of itself, that are at least as far from the others. */
  readonly p: number;
  /** The same score of each labelled row against the others. */
  readonly known: Float64Array;
}

/**
 * Mean distance to the k nearest labelled rows, with its conformal p value: told at 5 % it needs at least 19 labels.
 * @throws InputError if there are not more labelled rows than k
 * @see Angelopoulos & Bates 2021, arXiv:2107.07511
 */
export function novelty(
  rows: Pick<LabelledRows, "features" | "labels" | "dim">,
  embedding: ArrayLike<number>,
  k = 5,
): Novelty {
  const known = Array.from(rows.labels.keys()).filter((i) => rows.labels[i] >= 0);
  if (known.length <= k) {
    throw new InputError({
      got: `${known.length} labelled rows for ${k} neighbours`,
      expected: `more than ${k}`,
      todo: "Label more images, or ask for fewer neighbours.",
    });
  }
  const mean = (x: ArrayLike<number>, without: number): number => {
    const labels = Int32Array.from(rows.labels, (label, i) => (i === without ? -1 : label));
    const near = neighbours({ ...rows, labels }, x, { count: k });
    return near.reduce((sum, { distance }) => sum + distance / near.length, 0);
  };
  const score = mean(embedding, -1);
  const own = Float64Array.from(known, (i) =>
    mean(rows.features.subarray(i * rows.dim, (i + 1) * rows.dim), i),
  );
  const beyond = own.filter((value) => value >= score).length;
  return { score, p: (1 + beyond) / (own.length + 1), known: own };
}

/** Rows that stand for a set, and those it is worst told by. */
export interface Examples {
  /** Best first. */
  readonly prototypes: readonly number[];
  /** What the prototypes gain together after each of them. */
  readonly gains: readonly number[];
  readonly criticisms: readonly number[];
}

/**
 * Prototypes of a set by the mean discrepancy of a Gaussian kernel, greedily, and the rows where the prototypes tell the set worst.
 * @param features row-major, [n*dim]
 * @see Kim, Khanna & Koyejo 2016, NeurIPS: Examples are not enough, learn to criticize
 */
export function examples(
  features: ArrayLike<number>,
  dim: number,
  { prototypes = 3, criticisms = 1, width = 1 }: { readonly prototypes?: number; readonly criticisms?: number; readonly width?: number } = {}, // prettier-ignore
): Examples {
  const n = features.length / dim;
  const kernel = new Float64Array(n * n);
  for (let a = 0; a < n; a++)
    for (let b = 0; b < n; b++) {
      let squares = 0;
      for (let j = 0; j < dim; j++) squares += (features[a * dim + j] - features[b * dim + j]) ** 2;
      kernel[a * n + b] = Math.exp(-squares / (2 * width * width));
    }
  const mean = Float64Array.from({ length: n }, (_, a) =>
    kernel.subarray(a * n, (a + 1) * n).reduce((sum, value) => sum + value / n, 0),
  );
  const chosen: number[] = [];
  const gains: number[] = [];
  const gainOf = (list: readonly number[]): number => {
    const m = list.length;
    let [near, among] = [0, 0];
    for (const a of list) {
      near += (2 / m) * mean[a];
      for (const b of list) among += kernel[a * n + b] / (m * m);
    }
    return near - among;
  };
  while (chosen.length < Math.min(n, prototypes)) {
    let [best, most] = [-1, -Infinity];
    for (let a = 0; a < n; a++) {
      if (chosen.includes(a)) continue;
      const gain = gainOf([...chosen, a]);
      if (gain > most) [best, most] = [a, gain];
    }
    chosen.push(best);
    gains.push(most);
  }
  const unlike = (a: number): number => {
    const told = chosen.reduce((sum, b) => sum + kernel[a * n + b] / chosen.length, 0);
    return Math.abs(mean[a] - told);
  };
  const others = Array.from({ length: n }, (_, a) => a).filter((a) => !chosen.includes(a));
  others.sort((a, b) => unlike(b) - unlike(a));
  return { prototypes: chosen, gains, criticisms: others.slice(0, criticisms) };
}
