import { defined, checkOneOf, InputError } from "../core";
import { drawnAreas } from "./areaInterval";
import { enoughDraws } from "./enoughDraws";
import { holm } from "./holm";
import { independentUnits } from "./independentUnits";
import { labelPoints, type ScoredResult } from "./labelPoints";
import { pairedDifference, type PairedDifference } from "./pairedDifference";
import type { ResultMetric } from "./resultMetrics";
import { wholeDraws } from "./wholeDraws";

/** What is compared with what. */
export interface CompareMethodsOptions {
  /** Method that all others are compared with, by name. */
  readonly against: string;
  /** @default "balancedAccuracy" */
  readonly metric?: ResultMetric;
  /** Confidence level of the intervals, in (0,1). @default 0.95 */
  readonly level?: number;
}

/** One method less another, over the draws that both have done. */
export interface MethodDifference extends PairedDifference {
  readonly method: string;
  readonly against: string;
  /** The budget, 0 for all labels; "area" for the whole curve: the mean over budgets on log labels. */
  readonly at: number | "area";
  /** The p-value after Holm's correction over its family: all methods' areas, or all methods at all budgets. NaN without a p-value. */
  readonly adjusted: number;
}

/**
 * Compares every method of a study with one of them on the same draws: at each budget, and in the area under the curve, which asks one question a method. Each
 * interval stands for itself, NaN for fewer than three independent draws; the corrected p-values may be read together. Draws that share a pretraining count as one.
 * @throws InputError if that method is not there
 */
export function compareMethods(
  results: readonly ScoredResult[],
  { against, metric = "balancedAccuracy", level = 0.95 }: CompareMethodsOptions,
): MethodDifference[] {
  const names = [...new Set(results.map((result) => result.method))];
  checkOneOf("method", against, names);
  const others = names.filter((name) => name !== against);
  const areas = others.flatMap((name) => areaDifference(results, name, { against, metric, level }));
  const budgets = [...new Set(results.map((result) => result.labelsPerClass))];
  budgets.sort((a, b) => (a || Infinity) - (b || Infinity));
  const single = others.flatMap((name) =>
    budgets.flatMap((budget) => {
      const scores = (method: string): Scores =>
        scoresByDraw(
          results.filter((r) => r.method === method && r.labelsPerClass === budget),
          metric,
        );
      return difference(scores(name), scores(against), level).map((found) => ({
        method: name,
        against,
        at: budget,
        ...found,
      }));
    }),
  );
  return [...corrected(areas), ...corrected(single)];
}

type Scores = ReadonlyMap<number, { readonly value: number; readonly pretraining?: number }>;
type Uncorrected = Omit<MethodDifference, "adjusted">;

function scoresByDraw(results: readonly ScoredResult[], metric: ResultMetric): Scores {
  const byDraw = new Map(
    results.map(({ draw, pretraining, [metric]: value }) => [
      draw,
      { value, ...defined({ pretraining }) },
    ]),
  );
  if (byDraw.size === results.length) return byDraw;
  throw new InputError({
    got: `two scores of "${results[0].method}" with ${results[0].labelsPerClass} labels in one draw`,
    expected: "one score for each method, budget and draw",
    todo: "Compare the methods of one study at a time.",
  });
}

/** None where the two have no draw in common. */
function difference(own: Scores, other: Scores, level: number): PairedDifference[] {
  const draws = [...own.keys()].filter((draw) => other.has(draw)).sort((a, b) => a - b);
  if (draws.length === 0) return [];
  const links = [own, other].flatMap((scores) =>
    draws.map((draw) => ({ draw, ...scores.get(draw) })),
  );
  const { unitOf } = independentUnits(links);
  const values = [own, other].map((scores) => draws.map((draw) => scores.get(draw)?.value ?? NaN));
  const units = draws.map((draw) => unitOf.get(draw) ?? draw);
  const found = enoughDraws(pairedDifference(values[0], values[1], { level, units }));
  // What has no interval has no test either.
  return [Number.isNaN(found.halfWidth) ? { ...found, t: NaN, p: NaN } : found];
}

/** None where the two have no two budgets in common, or no draw on all of them. */
function areaDifference(
  results: readonly ScoredResult[],
  method: string,
  { against, metric, level }: Required<CompareMethodsOptions>,
): Uncorrected[] {
  const points = [method, against].map((name) => labelPoints(results, { method: name, metric }));
  const budgets = [...new Set(points[0].map((point) => point.labels))].filter((labels) =>
    points[1].some((point) => point.labels === labels),
  );
  if (budgets.length < 2) return [];
  const scores = points.map((own): Scores => {
    const shared = own.filter((point) => budgets.includes(point.labels));
    const complete = wholeDraws(shared);
    if (complete.length === 0) return new Map();
    const { draws, areas } = drawnAreas(complete);
    return new Map(
      draws.map((draw, i) => {
        const pretraining = complete.find((point) => point.draw === draw)?.pretraining;
        return [draw, { value: areas[i], ...defined({ pretraining }) }];
      }),
    );
  });
  return difference(scores[0], scores[1], level).map((found) => ({
    method,
    against,
    at: "area",
    ...found,
  }));
}

/** Fewer than three draws have no p-value, and are in no family. */
function corrected(family: readonly Uncorrected[]): MethodDifference[] {
  const tested = family.filter(({ p }) => !Number.isNaN(p));
  const adjusted = holm(tested.map(({ p }) => p));
  return family.map((one) => ({ ...one, adjusted: adjusted[tested.indexOf(one)] ?? NaN }));
}
