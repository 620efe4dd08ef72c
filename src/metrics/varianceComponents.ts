import type * as MlMatrix from "ml-matrix";
import { InputError } from "../core";
import type { DrawnValue } from "./intervalOverDraws";

/** What may differ between two trials of a method at one budget: the labelled images, the encoder, the training on them. */
export type VarianceSource = "label draw" | "pretraining" | "training";

/** A share of the variance, and where it comes from: several sources where the study always changes them together. */
export interface VarianceComponent {
  readonly of: readonly VarianceSource[];
  /** In the squared unit of the values; at least 0. */
  readonly variance: number;
  readonly standardDeviation: number;
}

/** Where the spread of a method's scores at one budget comes from. */
export interface VarianceComponents {
  readonly components: readonly VarianceComponent[];
  /** What was the same in all trials, so that nothing is known of it. */
  readonly leftOut: readonly VarianceSource[];
}

/**
 * Splits the variance of a method's scores at one budget into label draws, pretraining and training (the rest, with what a draw does with one encoder
 * only). Sums of squares of the scores' group totals are set equal to their expectations, which needs no balanced study; what comes out below 0
 * counts as 0. Draws must meet several pretrainings, or trials be repeated, for sources to be told apart. Few draws give rough numbers.
 * @throws InputError if there are fewer than two trials or a value is not finite
 * @see Rao 1971, "Estimation of variance and covariance components: MINQUE theory", Journal of Multivariate Analysis 1
 */
export function varianceComponents(trials: readonly DrawnValue[]): VarianceComponents {
  const wrong = trials.find(({ value }) => !Number.isFinite(value));
  if (trials.length < 2 || wrong !== undefined) {
    throw new InputError({
      got: wrong === undefined ? `${trials.length} trials` : `the value ${wrong.value}`,
      expected: "at least two finite scores of one method at one budget",
      todo: "Check that the trials finished.",
    });
  }
  const sources: readonly (readonly [VarianceSource, Groups])[] = [
    ["label draw", groupsOf(trials.map((trial) => trial.draw))],
    ["pretraining", groupsOf(trials.map((trial) => trial.pretraining ?? 0))],
    ["training", groupsOf(trials.map((_, i) => i))],
  ];
  const leftOut = sources.filter(([, groups]) => groups.count === 1).map(([source]) => source);
  const together = new Map<string, { of: VarianceSource[]; groups: Groups }>();
  for (const [source, groups] of sources) {
    if (groups.count === 1) continue;
    const key = groups.of.join();
    const known = together.get(key);
    if (known === undefined) together.set(key, { of: [source], groups });
    else known.of.push(source);
  }
  const told = [...together.values()];
  const variances = fit(
    told.map(({ groups }) => groups),
    trials.map(({ value }) => value),
  );
  const components = told.map(({ of }, i) => {
    const variance = Math.max(0, variances[i]);
    return { of, variance, standardDeviation: Math.sqrt(variance) };
  });
  return { components, leftOut };
}

/** Which trials have something in common: the group of each, numbered as they first occur. */
interface Groups {
  readonly of: readonly number[];
  readonly count: number;
}

function groupsOf(values: readonly number[]): Groups {
  const distinct = [...new Set(values)];
  return { of: values.map((value) => distinct.indexOf(value)), count: distinct.length };
}

/** The variances whose expected sums of squares are those of the values. */
function fit(factors: readonly Groups[], values: readonly number[]): number[] {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when first used
  const { Matrix, solve } = require("ml-matrix") as typeof MlMatrix;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const found = factors.map(({ of, count }) => {
    const totals = new Array<number>(count).fill(0);
    values.forEach((value, i) => (totals[of[i]] += value - mean));
    return totals.reduce((sum, total) => sum + total * total, 0);
  });
  const expected = factors.map((a) => factors.map((b) => expectation(a, b)));
  return solve(new Matrix(expected), Matrix.columnVector(found), true).to1DArray();
}

/** What a variance of 1 of factor `b` adds to the sum of squares of `a`: tr(C A C B) of the centring C and the factors' group matrices A, B. */
function expectation(a: Groups, b: Groups): number {
  const n = a.of.length;
  const both = new Map<number, number>();
  const sizes = [a, b].map(({ of, count }) => {
    const size = new Array<number>(count).fill(0);
    for (const group of of) size[group]++;
    return of.map((group) => size[group]);
  });
  a.of.forEach((group, i) => {
    const cell = group * b.count + b.of[i];
    both.set(cell, (both.get(cell) ?? 0) + 1);
  });
  const sum = (list: readonly number[]): number => list.reduce((total, value) => total + value, 0);
  const shared = sum([...both.values()].map((count) => count * count));
  const crossed = sum(sizes[0].map((size, i) => size * sizes[1][i]));
  return shared - (2 / n) * crossed + (sum(sizes[0]) * sum(sizes[1])) / n ** 2;
}
