import { InputError, type Known, type Rng } from "../core";

/** What a strategy may look at when it chooses what to label next. Never the labels that nobody gave yet. */
export interface Pool {
  /** Embeddings, row-major, [n*d]. */
  readonly features: Float32Array | Float64Array;
  /** Length of a row, d. */
  readonly dim: number;
  /** n, unique; of equals the one whose id comes first is taken. */
  readonly ids: readonly string[];
  /** n; class index, or -1 where no label is known. */
  readonly labels: ArrayLike<number>;
  /** n; 0 for what must not be offered, such as what was skipped. @default all without a label */
  readonly available?: ArrayLike<number>;
  /** Class probabilities, row-major, [n*classes], where there is a model already. */
  readonly probabilities?: ArrayLike<number>;
  /** The same of several models, for `bald`. */
  readonly members?: readonly ArrayLike<number>[];
  /** n; the scan that each comes from, for `capped`. */
  readonly groups?: readonly string[];
}

/** Chooses what to label next. -> at most `count` indices of the pool, the first to be labelled first */
export interface Acquire extends Known {
  (pool: Pool, count: number, rng: Rng): Int32Array;
}

/** Indices that may be chosen, in the order of the pool. */
export function candidatesOf({ labels, available, ids }: Pool): number[] {
  const found: number[] = [];
  for (let i = 0; i < ids.length; i++)
    if (labels[i] < 0 && (available === undefined || available[i] !== 0)) found.push(i);
  return found;
}

/** Indices with a label. */
export function labelledOf({ labels, ids }: Pool): number[] {
  const found: number[] = [];
  for (let i = 0; i < ids.length; i++) if (labels[i] >= 0) found.push(i);
  return found;
}

/**
 * Makes sure that lengths agree and features are numbers; one that is not would lose every comparison and never be told.
 * @throws InputError if a length is wrong or a value is not finite
 */
export function checkPool({ features, dim, ids, labels, available }: Pool): void {
  const n = ids.length;
  const wrong =
    !Number.isSafeInteger(dim) || dim < 1 || features.length !== n * dim
      ? `${features.length} values for ${n} rows of ${dim}`
      : labels.length !== n
        ? `${labels.length} labels for ${n} rows`
        : available !== undefined && available.length !== n
          ? `${available.length} marks of what is available for ${n} rows`
          : undefined;
  if (wrong !== undefined) {
    throw new InputError({
      got: wrong,
      expected: "as many ids and labels as rows of features",
      todo: "Check that they come from the same images.",
    });
  }
  for (let at = 0; at < features.length; at++) {
    if (Number.isFinite(features[at])) continue;
    throw new InputError({
      got: `the feature ${features[at]} of "${ids[Math.floor(at / dim)]}"`,
      expected: "finite numbers",
      todo: "Leave the image out, or check its encoder.",
    });
  }
}

/**
 * The class probabilities of a pool and how many classes there are.
 * @throws InputError if there are none, or one is not a number from 0 to 1
 */
export function probabilitiesOf(
  { ids }: Pool,
  probabilities: ArrayLike<number> | undefined,
): { readonly p: ArrayLike<number>; readonly classes: number } {
  const classes = (probabilities?.length ?? 0) / ids.length;
  if (probabilities === undefined || !Number.isInteger(classes) || classes < 1) {
    throw new InputError({
      got: `${probabilities?.length ?? "no"} class probabilities for ${ids.length} rows`,
      expected: "a row of class probabilities for each",
      todo: "Fit a classifier first, or start with typiClust, kMeans or random.",
    });
  }
  for (let at = 0; at < probabilities.length; at++) {
    if (probabilities[at] >= 0 && probabilities[at] <= 1.000001) continue;
    throw new InputError({
      got: `the probability ${probabilities[at]} of "${ids[Math.floor(at / classes)]}"`,
      expected: "numbers from 0 to 1",
      todo: "Check the classifier.",
    });
  }
  return { p: probabilities, classes };
}

/** Whether item i comes before item j where nothing else tells them apart. */
export function comesFirst(ids: readonly string[], i: number, j: number): boolean {
  return ids[i] < ids[j];
}
