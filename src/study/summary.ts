import type { Result } from "../core";
import { plusMinus } from "./plusMinus";
import { intervalOverDraws, resultMetrics, type ResultMetric, type ScoredResult } from "../metrics";

/** One method at one budget: the mean over draws with its 95 % t-interval. */
export interface SummaryRow {
  readonly method: string;
  /** 0 stands for all labels. */
  readonly labelsPerClass: number;
  readonly draws: number;
  readonly mean: number;
  /** Half width of the 95 % t-interval, over draws, or over pretrainings where draws take turns with several; NaN for fewer than three. */
  readonly halfWidth: number;
}

/** Mean and interval by method and budget, in the order in which they first occur. */
export function summarise(
  results: readonly ScoredResult[],
  metric: ResultMetric = "balancedAccuracy",
): SummaryRow[] {
  const groups = new Map<string, ScoredResult[]>();
  for (const result of results) {
    const key = JSON.stringify([result.method, result.labelsPerClass]);
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()].map((group) => {
    const { mean, halfWidth } = intervalOverDraws(
      group.map((result) => ({ ...result, value: result[metric] })),
    );
    const { method, labelsPerClass } = group[0];
    return { method, labelsPerClass, draws: group.length, mean, halfWidth };
  });
}

/** How much wider a t-interval over few draws is than over five of the same spread: (t / sqrt(n)) / (t(4) / sqrt(5)). */
const widerThanFive: Readonly<Record<number, string>> = { 3: "twice", 4: "1.3 times" };

/** The summary as a plain-text table: a line a method, a column a budget, percent with the interval's half width. */
export function summaryTable(rows: readonly SummaryRow[]): string {
  const budgets = [...new Set(rows.map((row) => row.labelsPerClass))].sort(
    (a, b) => (a === 0 ? Infinity : a) - (b === 0 ? Infinity : b),
  );
  const methods = [...new Set(rows.map((row) => row.method))];
  const cell = (method: string, budget: number): string => {
    const row = rows.find((r) => r.method === method && r.labelsPerClass === budget);
    return row === undefined ? "-" : plusMinus(row.mean, row.halfWidth);
  };
  const header = ["labels a class", ...budgets.map((b) => (b === 0 ? "all" : String(b)))];
  const lines = methods.map((method) => [method, ...budgets.map((b) => cell(method, b))]);
  const widths = header.map((_, column) =>
    Math.max(...[header, ...lines].map((line) => line[column].length)),
  );
  const format = (line: readonly string[]): string =>
    line.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join("  ");
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  const short = rows.some((row) => row.draws > 1 && Number.isNaN(row.halfWidth));
  const few = rows.find(({ draws, halfWidth }) => draws in widerThanFive && Number.isFinite(halfWidth)); // prettier-ignore
  const note = [
    ...(short ? ["No interval where fewer than three draws, or pretrainings that draws share, were done: too few."] : []), // prettier-ignore
    ...(few === undefined ? [] : [`Over ${few.draws} draws an interval is ${widerThanFive[few.draws]} as wide as over five of the same spread: give more draws.`]), // prettier-ignore
  ];
  return [format(header), rule, ...lines.map(format), ...note].join("\n");
}

const resultColumns = [
  "dataset",
  "method",
  "labelsPerClass",
  "draw",
  "seed",
  ...resultMetrics,
  "nTest",
  "labelsRead",
] as const satisfies readonly (keyof Result)[];

/** One line a trial, as CSV. */
export function resultsCsv(results: readonly Result[]): string {
  return csv(
    resultColumns,
    results.map((result) => resultColumns.map((column) => result[column])),
  );
}

/** One line a method and budget, as CSV. */
export function summaryCsv(rows: readonly SummaryRow[], metric: ResultMetric): string {
  return csv(
    ["method", "labelsPerClass", "draws", metric, "halfWidth95"],
    rows.map((row) => [row.method, row.labelsPerClass, row.draws, row.mean, row.halfWidth]),
  );
}

/** Lines of cells as CSV; what is no number is left empty. */
export function csv(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const quote = (value: string | number): string => {
    const text = typeof value === "number" && !Number.isFinite(value) ? "" : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [header, ...rows].map((row) => `${row.map(quote).join(",")}\n`).join("");
}
