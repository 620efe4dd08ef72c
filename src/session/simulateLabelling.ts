import {
  defined,
  checkInteger,
  InputError,
  type FitRows,
  type LabelledRows,
  type Rng,
} from "../core";
import { random, type Acquire } from "../acquire";
import { logisticRegression } from "../classify";
import { argmaxRows, balancedAccuracy, confusion } from "../metrics";
import { principal } from "./principal";

/** Rows with their true classes, some to ask and some to test on. */
export interface LabellingTask {
  /** All rows; every label is known here and told only when it is asked for. */
  readonly rows: LabelledRows;
  readonly ids: readonly string[];
  /** Rows that may be asked. */
  readonly pool: readonly number[];
  /** Rows that are never asked. */
  readonly test: readonly number[];
  /** What strategies see of the rows, worked out once for many calls. @default reduceRows(rows) */
  readonly reduced?: Pick<LabelledRows, "features" | "dim">;
}

/** How a simulated expert labels. */
export interface SimulateLabellingOptions {
  /** Numbers of labels at which it is tested, rising. */
  readonly budgets: readonly number[];
  /** Labels between two fits. @default 10 */
  readonly batch?: number;
  /** What learns from the labels. @default logistic regression */
  readonly fit?: FitRows;
  /** Rows that have a label from the start, the same for all strategies; they count. @default none */
  readonly start?: readonly number[];
  /** How long the expert takes for a row, in seconds, above 0, after those that were labelled before. @default a second each */
  readonly seconds?: (row: number, before: readonly number[]) => number;
}

/** How well it went with some labels. */
export interface LabellingPoint {
  readonly labels: number;
  /** Mean recall of the classes that the test has, 0 to 1. */
  readonly balancedAccuracy: number;
  /** Share of the test that is told rightly. */
  readonly accuracy: number;
  /** Classes of which a label was ever given. */
  readonly classesFound: number;
  /** What the labels took the expert. */
  readonly seconds: number;
  /** The rows that were labelled, in order. */
  readonly given: readonly number[];
  /** What is told of the test. Row-major, [tests*classes] */
  readonly probabilities: Float32Array;
}

/**
 * Labels as an expert who is always right would, asked by a strategy, and tests after some numbers of labels. The first batch is drawn by the strategy too, where it needs no
 * model, else at random, the same as random choice draws; all strategies that are given the same `rng` see the same draws of it.
 * @throws InputError if a budget is larger than the pool, or budgets do not rise
 */
export async function simulateLabelling(
  { rows, ids, pool, test, reduced }: LabellingTask,
  strategy: Acquire,
  rng: Rng,
  {
    budgets,
    batch = 10,
    fit = defaultFit(),
    start = [],
    seconds = () => 1,
  }: SimulateLabellingOptions,
): Promise<LabellingPoint[]> {
  checkInteger("batch", batch, { min: 1 });
  checkBudgets(budgets, pool.length, start.length);
  const k = rows.classNames.length;
  const main = reduced ?? reduceRows(rows);
  const inPool = new Set(pool);
  const available = Uint8Array.from(ids, (_, i) => (inPool.has(i) ? 1 : 0));
  const labels = new Int32Array(ids.length).fill(-1);
  const chance = random();
  const points: LabellingPoint[] = [];
  let probabilities: Float32Array | undefined;
  const given: number[] = [];
  let spent = 0;
  const tell = async (chosen: readonly number[]): Promise<void> => {
    for (const i of chosen) {
      spent += seconds(i, given);
      labels[i] = rows.labels[i];
      given.push(i);
    }
    probabilities = await predictAll(rows, labels, fit, rng.fork(`fit ${given.length}`));
  };
  if (start.length > 0) await tell(start);
  for (const budget of budgets) {
    while (given.length < budget) {
      const count = Math.min(batch, budget - given.length);
      const step = rng.fork(`after ${given.length}`);
      const asked = {
        features: main.features,
        dim: main.dim,
        ids,
        labels,
        available,
        ...defined({ probabilities }),
      };
      const wanted = needsModel(strategy) && probabilities === undefined ? chance : strategy;
      let chosen = [...wanted(asked, count, step)];
      // A strategy that has run out is helped on by chance.
      if (chosen.length < count) {
        const taken = new Set(chosen);
        const left = available.map((free, i) => (taken.has(i) ? 0 : free));
        const more = chance({ ...asked, available: left }, count - chosen.length, step);
        chosen = [...chosen, ...more];
      }
      await tell(chosen);
    }
    const told = new Float32Array(test.length * k);
    test.forEach((i, row) => {
      const from = probabilities?.subarray(i * k, (i + 1) * k);
      if (from !== undefined) told.set(from, row * k);
    });
    const truth = Int32Array.from(test, (i) => rows.labels[i]);
    const guessed = argmaxRows(told, k);
    points.push({
      labels: given.length,
      balancedAccuracy: balancedAccuracy(confusion(truth, guessed, k)),
      accuracy: guessed.filter((guess, i) => guess === truth[i]).length / test.length,
      classesFound: new Set(labels.filter((label) => label >= 0)).size,
      seconds: spent,
      given: [...given],
      probabilities: told,
    });
  }
  return points;
}

/** Rows in their 32 main directions, which is what strategies see. */
export function reduceRows({
  features,
  dim,
}: LabelledRows): Pick<LabelledRows, "features" | "dim"> {
  const main = principal(features, dim, 32);
  return { features: main.project(features), dim: main.dim };
}

function defaultFit(): FitRows {
  const { fit } = logisticRegression();
  if (fit === undefined) throw new Error("logistic regression does not learn from rows");
  return fit;
}

/** Whether a strategy goes by class probabilities alone. */
function needsModel({ settings }: Acquire): boolean {
  const names = ["leastConfident", "margin", "entropy", "bald", "badge", "classAware"];
  return names.includes(settings?.name ?? "");
}

/** Probabilities of all classes for all rows; a class without a label gets none. */
async function predictAll(
  rows: LabelledRows,
  labels: Int32Array,
  fit: FitRows,
  rng: Rng,
): Promise<Float32Array> {
  const k = rows.classNames.length;
  const present = [...new Set(labels.filter((label) => label >= 0))].sort((a, b) => a - b);
  const n = labels.length;
  const told = new Float32Array(n * k);
  if (present.length === 1) {
    for (let i = 0; i < n; i++) told[i * k + present[0]] = 1;
    return told;
  }
  const narrow = labels.map((label) => present.indexOf(label));
  const classNames = present.map((c) => rows.classNames[c]);
  const predict = await fit({ ...rows, labels: narrow, classNames }, rng);
  const some = predict(rows.features);
  for (let i = 0; i < n; i++)
    present.forEach((c, at) => (told[i * k + c] = some[i * present.length + at]));
  return told;
}

function checkBudgets(budgets: readonly number[], most: number, fewest: number): void {
  budgets.forEach((budget, i) => {
    checkInteger(`budgets[${i}]`, budget, { min: Math.max(fewest, (budgets[i - 1] ?? 0) + 1) });
  });
  const largest = budgets.at(-1) ?? 0;
  if (largest > 0 && largest <= most) return;
  throw new InputError({
    got: `a largest budget of ${largest} labels for a pool of ${most}`,
    expected: `budgets from 1 to ${most}`,
    todo: "Give smaller budgets, or a larger pool.",
  });
}
