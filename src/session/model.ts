import { createRng, tf, unitRows, valuesOf, type FitRows } from "../core";
import {
  conformal,
  conformalSet,
  exactShare,
  type Conformal,
  type ShareInterval,
} from "../metrics";
import type { Item } from "./items";
import type { SessionState } from "./state";

/** What may be said of an item: with a promise, with several classes left, as like nothing labelled, or only as a guess, since labels for a promise are missing. */
export type Verdict = "told" | "doubtful" | "unlike" | "guess";

/** The classifier after one fit, and what it says of every item. */
export interface Model {
  /** Counts the fits of a session, from 1. */
  readonly version: number;
  /** The classes that it knows. */
  readonly classes: readonly string[];
  /** Row-major, [n*classes]. */
  readonly probabilities: Float32Array;
  readonly verdicts: readonly Verdict[];
  readonly conformal: Conformal;
  /** Share of the audit items that it tells rightly, with its interval. */
  readonly accuracy: ShareInterval;
  /** Labels that it was fitted to. */
  readonly trainedOn: number;
}

/** What a fit needs. */
export interface ModelInput {
  readonly items: readonly Item[];
  readonly features: Float32Array;
  readonly dim: number;
  /** The same in few directions, for distances; row-major. */
  readonly reduced: Float32Array;
  readonly reducedDim: number;
  /** Which items measure and so never teach. */
  readonly isAudit: (i: number) => boolean;
  readonly state: SessionState;
  readonly version: number;
  readonly seed: number;
  /** Share of conformal sets that may miss the true class. */
  readonly miss: number;
  readonly fit: FitRows;
}

/** Calibration labels from which the reach of what is known is measured on them. */
const enoughForReach = 19;

/** Fits a classifier to the labels that teach, and measures it on those that audit; undefined until two classes have a label. */
export async function fitModel(input: ModelInput): Promise<Model | undefined> {
  const { items, features, dim, isAudit, state, version, seed, miss, fit } = input;
  const told = items.map(({ id }) => classOf(state, id));
  // What is disputed still measures, by the word of who was asked first: without it the rest would be the easy ones.
  const teaching = [...items.keys()].filter(
    (i) =>
      told[i] !== undefined &&
      told[i] !== "unknown" &&
      !isAudit(i) &&
      !state.disputed.has(items[i].id),
  );
  const classes = state.classes
    .map(({ id }) => id)
    .filter((id) => teaching.some((i) => told[i] === id));
  if (classes.length < 2) return undefined;
  const rng = createRng(seed).fork(`fit ${version}`);
  const labels = Int32Array.from(items, () => -1);
  for (const i of teaching) labels[i] = classes.indexOf(told[i] ?? "");
  const predict = await fit({ features, labels, dim, classNames: classes }, rng);
  const probabilities = predict(features);
  const audited = [...items.keys()].filter((i) => told[i] !== undefined && isAudit(i));
  const k = classes.length;
  const truth = audited.map((i) => classes.indexOf(told[i] ?? ""));
  const scores = audited.map((i, at) =>
    truth[at] < 0 ? Infinity : 1 - probabilities[i * k + truth[at]],
  );
  const promise = conformal(scores, { miss });
  const right = audited.filter((i, at) => likeliest(probabilities, i, k) === truth[at]).length;
  const far = outside(input.reduced, input.reducedDim, teaching, audited);
  const verdicts = items.map((_, i): Verdict => {
    if (far[i] === 1) return "unlike";
    if (promise.missing > 0) return "guess";
    const set = conformalSet(probabilities, i * k, k, promise.threshold);
    return set.length === 1 ? "told" : "doubtful";
  });
  return {
    version,
    classes,
    probabilities,
    verdicts,
    conformal: promise,
    accuracy: exactShare(right, audited.length, {
      effective: effectiveCount(
        audited.map((i) => items[i].scan),
        audited.map((i, at) => likeliest(probabilities, i, k) === truth[at]),
      ),
    }),
    trainedOn: teaching.length,
  };
}

/** The class of an item as it stands; undefined if it has no label, or was removed. */
export function classOf(state: SessionState, id: string): string | undefined {
  const answer = state.answers.get(id);
  if (answer?.class === undefined || state.removed.has(id)) return undefined;
  return state.resolve(answer.class);
}

/** The likeliest class of a row. */
export function likeliest(p: ArrayLike<number>, row: number, classes: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++) if (p[row * classes + c] > p[row * classes + best]) best = c;
  return best;
}

/**
 * How many independent ones right and wrong answers count for, where those of one scan hang together: n/(1+(m-1)r), with the correlation r within scans and the size m of a
 * scan's share that an analysis of variance gives.
 * @see Donner & Klar 2000, Design and analysis of cluster randomization trials, chapter 1
 */
export function effectiveCount(scans: readonly number[], right: readonly boolean[]): number {
  const n = scans.length;
  const groups = new Map<number, number[]>();
  scans.forEach((s, i) => {
    const own = groups.get(s) ?? [];
    own.push(right[i] ? 1 : 0);
    groups.set(s, own);
  });
  const k = groups.size;
  if (k < 2 || n <= k) return n;
  const mean = right.filter(Boolean).length / n;
  let [between, within, squares] = [0, 0, 0];
  for (const own of groups.values()) {
    const m = own.reduce((a, b) => a + b, 0) / own.length;
    between += own.length * (m - mean) ** 2;
    for (const value of own) within += (value - m) ** 2;
    squares += own.length ** 2;
  }
  const size = (n - squares / n) / (k - 1);
  const [msb, msw] = [between / (k - 1), within / (n - k)];
  const spread = msb + (size - 1) * msw;
  const r = spread > 0 ? Math.max(0, (msb - msw) / spread) : 0;
  return n / (1 + (squares / n - 1) * r);
}

/**
 * Which items lie farther from everything that teaches than what is known does: beyond 95 % of the audited ones where there are enough, else beyond all that teach are from
 * each other. Rows are brought to length 1 first. -> n, 1 where it does
 * @see Sun et al. 2022, arXiv:2204.06507
 */
function outside(
  features: Float32Array,
  dim: number,
  teaching: readonly number[],
  audited: readonly number[],
): Uint8Array {
  const n = features.length / dim;
  const out = new Uint8Array(n);
  if (teaching.length < 5) return out;
  const rows = unitRows(features, dim);
  const known = new Float32Array(teaching.length * dim);
  teaching.forEach((i, at) => known.set(rows.subarray(i * dim, (i + 1) * dim), at * dim));
  const nearest = valuesOf(() => {
    const x = tf.tensor2d(rows, [n, dim]);
    const y = tf.tensor2d(known, [teaching.length, dim]);
    // Of rows of length 1 the largest product is the nearest.
    const products = x.matMul(y, false, true);
    return tf.sub(1, products.max(1));
  });
  const others = valuesOf(() => {
    const y = tf.tensor2d(known, [teaching.length, dim]);
    const products = y.matMul(y, false, true);
    const own = tf.eye(teaching.length).mul(4);
    return tf.sub(1, products.sub(own).max(1));
  });
  const limit =
    audited.length >= enoughForReach
      ? conformal(
          audited.map((i) => nearest[i]),
          { miss: 0.05 },
        ).threshold
      : others.reduce((a, b) => Math.max(a, b), 0);
  const inside = new Set(teaching);
  for (let i = 0; i < n; i++) out[i] = nearest[i] > limit + 1e-6 && !inside.has(i) ? 1 : 0;
  return out;
}
