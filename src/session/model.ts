import {
  columnScale,
  createRng,
  scaleColumns,
  tf,
  unitRows,
  valuesOf,
  type FitRows,
} from "../core";
import {
  classDistances,
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
  /** Share of what is told that is right, with its interval: of the audit items that would be told if each were not known itself. */
  readonly told: ShareInterval;
  /** Class index of each item whose label it was fitted to, -1 of others. */
  readonly taught: Int32Array;
  /** Labels that it was fitted to. */
  readonly trainedOn: number;
  /** Items with a class of an expert's when it was fitted, also those that measure. */
  readonly labelled: number;
  /** What the labels before it changed; undefined until there are enough of them since the session was opened. */
  readonly change?: ModelChange;
}

/** How far a fit differs from one before it. */
export interface ModelChange {
  /** Labels between the two. */
  readonly labels: number;
  /** Share of all items whose likeliest class is another now, 0 to 1. */
  readonly share: number;
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
  const far = outside(input.reduced, input.reducedDim, teaching, labels, audited);
  const verdicts = items.map((_, i): Verdict => {
    if (far[i] === 1) return "unlike";
    if (promise.missing > 0) return "guess";
    const set = conformalSet(probabilities, i * k, k, promise.threshold);
    return set.length === 1 ? "told" : "doubtful";
  });
  const toldAudits = audited.flatMap((i, at) => {
    // Nine others make a promise; the item itself must not.
    const { threshold, missing } = conformal(
      scores.filter((_, other) => other !== at),
      { miss },
    );
    const set = missing > 0 || far[i] === 1 ? [] : conformalSet(probabilities, i * k, k, threshold);
    return set.length === 1 ? [{ scan: items[i].scan, isRight: set[0] === truth[at] }] : [];
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
    told: exactShare(toldAudits.filter(({ isRight }) => isRight).length, toldAudits.length, {
      effective: effectiveCount(
        toldAudits.map(({ scan }) => scan),
        toldAudits.map(({ isRight }) => isRight),
      ),
    }),
    taught: labels,
    trainedOn: teaching.length,
    labelled: told.filter((label) => label !== undefined).length,
  };
}

/** Compares a model with one before it, of as many items or fewer. */
export function changeSince(before: Model, now: Model): ModelChange {
  const [k, j] = [before.classes.length, now.classes.length];
  const n = before.probabilities.length / k;
  let changed = 0;
  for (let i = 0; i < n; i++) {
    const was = before.classes[likeliest(before.probabilities, i, k)];
    if (was !== now.classes[likeliest(now.probabilities, i, j)]) changed++;
  }
  return { labels: now.labelled - before.labelled, share: changed / n };
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

/** How far the covariance of classes is pulled towards that of alike columns: few labels do not tell it. */
const shrink = 0.1;

/** Which items lie farther from what teaches than what is known does. -> n, 1 where it does */
function outside(
  features: Float32Array,
  dim: number,
  teaching: readonly number[],
  classes: ArrayLike<number>,
  audited: readonly number[],
): Uint8Array {
  const out = new Uint8Array(features.length / dim);
  if (teaching.length < 5) return out;
  const { far, limit } =
    audited.length >= enoughForReach
      ? farFromClasses(features, dim, teaching, classes, audited)
      : farFromAll(features, dim, teaching);
  const inside = new Set(teaching);
  far.forEach((distance, i) => (out[i] = distance > limit + 1e-6 && !inside.has(i) ? 1 : 0));
  return out;
}

interface Reach {
  readonly far: ArrayLike<number> & { forEach(act: (value: number, i: number) => void): void };
  readonly limit: number;
}

/**
 * Distances to the nearest class, with one covariance for all: of those tried the one that tells a class without labels best (test/bench/unlike.ts). 95 % of what is audited lies
 * within.
 * @see Lee et al. 2018, arXiv:1807.03888
 */
function farFromClasses(
  features: Float32Array,
  dim: number,
  teaching: readonly number[],
  classes: ArrayLike<number>,
  audited: readonly number[],
): Reach {
  const rows = scaleColumns(features, columnScale(features, dim));
  const labels = teaching.map((i) => classes[i]);
  const { nearest } = classDistances(someRows(rows, dim, teaching), labels, rows, dim, shrink);
  const scores = audited.map((i) => nearest[i]);
  return { far: nearest, limit: conformal(scores, { miss: 0.05 }).threshold };
}

/**
 * Distances to the nearest row that teaches, for as long as too little is audited to tell what is far; all that teach lie within, each told by the others.
 * @see Sun et al. 2022, arXiv:2204.06507
 */
function farFromAll(features: Float32Array, dim: number, teaching: readonly number[]): Reach {
  const rows = unitRows(features, dim);
  const known = someRows(rows, dim, teaching);
  const count = teaching.length;
  const far = valuesOf(() => {
    const x = tf.tensor2d(rows, [rows.length / dim, dim]);
    // Of rows of length 1 the largest product is the nearest.
    return tf.sub(1, x.matMul(tf.tensor2d(known, [count, dim]), false, true).max(1));
  });
  const others = valuesOf(() => {
    const y = tf.tensor2d(known, [count, dim]);
    return tf.sub(1, y.matMul(y, false, true).sub(tf.eye(count).mul(4)).max(1));
  });
  return { far, limit: others.reduce((a, b) => Math.max(a, b), 0) };
}

function someRows(rows: Float32Array, dim: number, some: readonly number[]): Float32Array {
  const out = new Float32Array(some.length * dim);
  some.forEach((i, at) => out.set(rows.subarray(i * dim, (i + 1) * dim), at * dim));
  return out;
}
