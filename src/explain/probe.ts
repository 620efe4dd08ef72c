import { columnMeans, createRng, InputError, type Rng } from "../core";
import { argmaxRows } from "../metrics";
import { fitLogistic } from "./fitLogistic";
import { scoresOf } from "./head";

/** What a linear probe reads of embeddings. */
export interface Probe {
  /** Balanced accuracy on groups that the probe did not see. */
  readonly score: number;
  /** The same where each kind has a label of its own drawn at random: what a probe can learn by heart. */
  readonly control: number;
  /** Score less control. */
  readonly selectivity: number;
  readonly chance: number;
}

/** Embeddings with what is asked of them. */
export interface ProbeTask {
  /** Row-major, [n*dim]. */
  readonly features: Float32Array;
  readonly dim: number;
  /** The concept's value of each row, from 0. */
  readonly values: Int32Array;
  /** What a control gives its labels to: for example class and scan. */
  readonly kinds: readonly string[];
  /** Scans; probes are tested on scans that they did not learn from. */
  readonly groups: readonly string[];
}

/**
 * A linear probe with its control task, by folds over groups: whether a concept can be read linearly, beyond what any labels could.
 * @throws InputError if there are fewer than two groups or values
 * @see Hewitt & Liang 2019, arXiv:1909.03368
 */
export function probe(
  task: ProbeTask,
  { folds = 4, lambda = 1, rng = createRng(1) }: { readonly folds?: number; readonly lambda?: number; readonly rng?: Rng } = {}, // prettier-ignore
): Probe {
  const values = new Set(task.values);
  const groups = [...new Set(task.groups)];
  if (values.size < 2 || groups.length < 2) {
    throw new InputError({
      got: `${values.size} values in ${groups.length} groups`,
      expected: "at least two of both",
      todo: "Give images of more scans, or another concept.",
    });
  }
  const order = rng.fork("folds").permutation(groups.length);
  const fold = new Map(groups.map((name, g) => [name, order[g] % Math.min(folds, groups.length)]));
  const count = Math.max(...values) + 1;
  const drawn = new Map<string, number>();
  const control = Int32Array.from(task.kinds, (kind) => {
    const known = drawn.get(kind) ?? rng.fork(`kind ${kind}`).integer(count);
    drawn.set(kind, known);
    return known;
  });
  const score = crossScore(task, task.values, fold, count, lambda);
  const own = crossScore(task, control, fold, count, lambda);
  return { score, control: own, selectivity: score - own, chance: 1 / values.size };
}

/** Balanced accuracy of a linear probe on the folds that it did not learn from. */
export function crossScore(
  { features, dim, groups }: Pick<ProbeTask, "features" | "dim" | "groups">,
  values: Int32Array,
  fold: ReadonlyMap<string, number>,
  count: number,
  lambda: number,
): number {
  const [hits, totals] = [new Float64Array(count), new Float64Array(count)];
  const classNames = Array.from({ length: count }, (_, c) => String(c));
  for (let k = 0; k <= Math.max(...fold.values()); k++) {
    const labels = values.map((value, i) => (fold.get(groups[i]) === k ? -1 : value));
    if (new Set(labels.filter((label) => label >= 0)).size < 2) continue;
    const { head } = fitLogistic({ features, labels, dim, classNames }, { lambda });
    const told = argmaxRows(scoresOf(head, features), count);
    labels.forEach((label, i) => {
      if (label >= 0) return;
      totals[values[i]] += 1;
      if (told[i] === values[i]) hits[values[i]] += 1;
    });
  }
  const recalls = Array.from(hits).flatMap((hit, c) => (totals[c] > 0 ? [hit / totals[c]] : []));
  return recalls.reduce((sum, recall) => sum + recall / recalls.length, 0);
}

/**
 * Takes a direction out of embeddings: what is used of a concept shows in what is lost with it, against directions of equal spread drawn at random.
 * Row-major [n*dim] -> [n*dim]
 */
export function projectOut(features: Float32Array, direction: ArrayLike<number>): Float32Array {
  const dim = direction.length;
  const n = features.length / dim;
  const mean = columnMeans(features, dim);
  let squares = 0;
  for (let j = 0; j < dim; j++) squares += direction[j] ** 2;
  const out = features.slice();
  for (let i = 0; i < n; i++) {
    let along = 0;
    for (let j = 0; j < dim; j++) along += direction[j] * (features[i * dim + j] - mean[j]);
    for (let j = 0; j < dim; j++) out[i * dim + j] -= (direction[j] * along) / (squares || 1);
  }
  return out;
}
