import {
  areaInterval,
  compareMethods,
  labelPoints,
  varianceComponents,
  wholeDraws,
  type MethodDifference,
  type ResultMetric,
  type ScoredResult,
  type VarianceComponents,
} from "../metrics";
import { metricWords } from "./savingsText";
import { plusMinus } from "./plusMinus";
import { csv } from "./summary";
import { textTable } from "./textTable";

/**
 * A study's statistics in words: the area under every curve, each method less the references on the same draws with p-values after Holm's correction, and
 * what the spread between trials comes from.
 */
export function statisticsText(
  results: readonly ScoredResult[],
  references: readonly string[],
  metric: ResultMetric,
): string {
  const blocks = [
    areas(results, metric),
    ...references.map((against) => differences(compareMethods(results, { against, metric }), against)), // prettier-ignore
    spreads(results, metric),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

/** Every method less the references, one line each, as CSV. */
export function differencesCsv(
  results: readonly ScoredResult[],
  references: readonly string[],
  metric: ResultMetric,
): string {
  const rows = references
    .flatMap((against) => compareMethods(results, { against, metric }))
    .map(({ method, against, at, n, mean, low, high, p, adjusted }) => [method, against, at, n, mean, low, high, p, adjusted]); // prettier-ignore
  return csv(
    ["method", "against", "labelsPerClass", "draws", "difference", "low95", "high95", "p", "pHolm"],
    rows,
  );
}

const methodsOf = (results: readonly ScoredResult[]): string[] => [
  ...new Set(results.map((result) => result.method)),
];

function areas(results: readonly ScoredResult[], metric: ResultMetric): string {
  const lines = methodsOf(results).flatMap((method) => {
    const points = wholeDraws(labelPoints(results, { method, metric }));
    if (new Set(points.map((point) => point.labels)).size < 2) return [];
    const { mean, halfWidth, n } = areaInterval(points);
    return [[method, plusMinus(mean, halfWidth), `${n} ${n === 1 ? "draw" : "draws"}`]];
  });
  return lines.length === 0
    ? ""
    : `Area under the curve, the mean ${metricWords[metric]} over log labels, in % ± half of the 95 % interval:\n${textTable(lines)}`;
}

function differences(all: readonly MethodDifference[], against: string): string {
  if (all.length === 0) return "";
  const places = [...new Set(all.map((one) => one.at))];
  const cell = (method: string, at: MethodDifference["at"]): string => {
    const found = all.find((one) => one.method === method && one.at === at);
    if (found === undefined) return "-";
    const { mean, halfWidth, adjusted } = found;
    const p = Number.isNaN(adjusted) ? "" : `, p ${adjusted < 0.001 ? "< 0.001" : adjusted.toFixed(3)}`; // prettier-ignore
    return `${mean > 0 ? "+" : ""}${plusMinus(mean, halfWidth)}${p}`;
  };
  const names = [...new Set(all.map((one) => one.method))];
  const head = places.map((at) => (at === 0 ? "all labels" : String(at)));
  const table = textTable([["labels a class", ...head], ...names.map((name) => [name, ...places.map((at) => cell(name, at))])]); // prettier-ignore
  return `Points above "${against}" on the same draws, ± half of the 95 % interval; p after Holm's correction, over the areas and over all budgets:\n${table}`;
}

/** Where the spread comes from, pooled over budgets: variances are averaged. */
function spreads(results: readonly ScoredResult[], metric: ResultMetric): string {
  const lines = methodsOf(results).flatMap((method) => {
    const own = results.filter((result) => result.method === method);
    const budgets = [...new Set(own.map((result) => result.labelsPerClass))];
    const split = budgets
      .map((budget) => own.filter((result) => result.labelsPerClass === budget))
      .filter((trials) => trials.length > 1)
      .map((trials) => varianceComponents(trials.map((one) => ({ ...one, value: one[metric] }))));
    return split.length === 0 ? [] : [[method, pooled(split)]];
  });
  return lines.length === 0
    ? ""
    : `Standard deviation between trials with the same number of labels, in points, by what differs:\n${textTable(lines, { align: "left" })}`;
}

function pooled(split: readonly VarianceComponents[]): string {
  const variances = new Map<string, number[]>();
  for (const { of, variance } of split.flatMap(({ components }) => components)) {
    const name =
      of.length === 1 ? of[0] : `${of.slice(0, -1).join(", ")} and ${of[of.length - 1]} together`;
    variances.set(name, [...(variances.get(name) ?? []), variance]);
  }
  const told = [...variances].map(([name, list]) => {
    const mean = list.reduce((sum, one) => sum + one, 0) / list.length;
    return `${name} ${(100 * Math.sqrt(mean)).toFixed(1)}`;
  });
  const { leftOut } = split[0];
  const same = leftOut.length === 0 ? [] : [`${leftOut.join(" and ")} never varied`];
  return [...told, ...same].join("; ");
}
