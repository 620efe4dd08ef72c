import { checkNumber, checkOneOf, InputError, type Figure } from "../core";
import type { ResultMetric, ScoredResult } from "../metrics";
import {
  efficiencyCurves,
  fullLine,
  intervalBands,
  meanLine,
  type EfficiencyCurve,
  type IntervalStyle,
} from "./efficiencyCurves";
import { pairedMarks, marksNote, markRow } from "./pairedMarks";
import { checkScores } from "./checkScores";
import { legendName } from "./legendName";
import { quiet } from "./palette";
import { fontSizes, paperAxis, paperLayout, type FigureOptions } from "./paperLayout";
import { round, textWidth } from "./text";

/** What `labelEfficiency` draws. */
export interface LabelEfficiencyOptions extends FigureOptions {
  /** @default "balancedAccuracy" */
  readonly metric?: ResultMetric;
  /** Level that guessing reaches, in [0,1], drawn as a dotted line; none by default. */
  readonly chance?: number;
  /** Confidence level of the t-interval over draws, in (0,1). @default 0.95 */
  readonly level?: number;
  /** How the interval is drawn. @default "band" up to six methods, else "bars" */
  readonly interval?: IntervalStyle;
  /** What the budgets count. @default "labels" */
  readonly counted?: "labels" | "seconds";
  /** A method that the others are held against on the same draws: marks above the plot tell where they differ. @default none */
  readonly against?: string;
}

/** Axis titles of the metrics. */
export const metricNames: Readonly<Record<ResultMetric, string>> = {
  accuracy: "accuracy (%)",
  balancedAccuracy: "balanced accuracy (%)",
  macroF1: "macro F1 (%)",
};

/** More methods than this get bars for bands, and their dashed lines stand aside. */
const fewMethods = 6;

/**
 * Accuracy against labels per class on a logarithmic axis: for each method the mean over draws with its t-interval, and a
 * dashed line where it gets with all labels (results with labelsPerClass 0).
 * @throws InputError if there is no result, results of several data sets, whose mean would mean nothing, or a score that is
 * not in [0,1]
 */
export function labelEfficiency(
  results: readonly ScoredResult[],
  options: LabelEfficiencyOptions = {},
): Figure {
  const { metric = "balancedAccuracy", level = 0.95, chance, against } = options;
  checkResults(results);
  checkOneOf("metric", metric, Object.keys(metricNames));
  checkScores(results, metric);
  if (chance !== undefined) checkNumber("chance", chance, { min: 0, max: 1 });
  if (against !== undefined)
    checkOneOf("against", against, [...new Set(results.map(({ method }) => method))]);
  const curves = efficiencyCurves(results, metric, level);
  const many = curves.length > fewMethods;
  const interval = options.interval ?? (many ? "bars" : "band");
  checkOneOf("interval", interval, ["band", "bars", "none"]);
  const budgets = [...new Set(curves.flatMap(({ points }) => points.map((p) => p.labels)))];
  budgets.sort((a, b) => a - b);
  const anyFull = curves.some((curve) => curve.full !== undefined);
  const xRange = logRange(budgets, anyFull && many);
  const [left, right] = xRange.map((exponent) => 10 ** exponent);
  const from = many && budgets.length > 0 ? 1.15 * budgets[budgets.length - 1] : left;
  const names = [...curves.map((curve) => curve.name), ...(anyFull ? ["all labels"] : [])];
  const marks = against === undefined ? [] : pairedMarks(results, curves, metric, against);
  const notes = [
    ...(options.notes ?? []),
    ...(marks.length === 0 ? [] : [marksNote(against ?? "")]),
  ];
  const plotHeight = 330 + (marks.length === 0 ? 0 : 8 + markRow * marks.length);
  const layout = paperLayout({ ...options, notes, plotHeight, legend: names });
  const ticks = budgetTicks(budgets, xRange, (layout["width"] as number) - 92);
  const xaxis = { type: "log", range: xRange, ...ticks };
  const top = round(330 / plotHeight);
  const yaxis = { range: percentRange(curves, interval, chance), domain: [0, top] };
  return {
    data: [
      ...(interval === "band" ? curves.flatMap(intervalBands) : []),
      ...curves.flatMap((curve) => fullLine(curve, from, right)),
      ...curves.map((curve, i) =>
        meanLine(curve, interval, dodge(i, curves.length), legendName(curve.name, options.width)),
      ),
      ...(anyFull ? [fullLegend] : []),
      ...marks,
    ],
    layout: {
      ...layout,
      xaxis: paperAxis(
        options.counted === "seconds" ? "seconds of the expert" : labelAxis(results),
        xaxis,
      ),
      yaxis: paperAxis(metricNames[metric], marks.length === 0 ? { range: yaxis.range } : yaxis),
      ...(marks.length === 0 ? {} : { yaxis2: marksAxis(marks.length, top) }),
      ...(chance === undefined ? {} : chanceLine(layout, round(100 * chance))),
    },
  };
}

function checkResults(results: readonly ScoredResult[]): void {
  const sets = [...new Set(results.map((result) => result.dataset))];
  if (sets.length === 1) return;
  throw new InputError({
    got:
      sets.length === 0 ? "no result" : `results of ${sets.length} data sets: ${sets.join(", ")}`,
    expected: "finished trials of one data set",
    todo: sets.length === 0 ? "Run the study first." : "Draw one figure for each data set.",
  });
}

/** The axis of budgets, by how they count labels. */
export const labelAxis = (results: readonly ScoredResult[]): string =>
  (results[0]?.counting ?? "perClass") === "perClass" ? "labels per class" : "labels in all";

const marksAxis = (rows: number, top: number): object => ({
  domain: [top, 1],
  range: [rows, -0.5],
  visible: false,
  fixedrange: true,
});

/** Bars of many methods stand side by side: a factor on x, within 6 % either way. */
const dodge = (index: number, count: number): number =>
  count === 1 ? 1 : 1 + 0.12 * (index / (count - 1) - 0.5);

const fullLegend: object = {
  type: "scatter",
  mode: "lines",
  name: "all labels",
  x: [null],
  y: [null],
  line: { color: quiet, width: 1.5, dash: "dash" },
};

function chanceLine(layout: Readonly<Record<string, unknown>>, chance: number): object {
  const label = {
    text: "chance",
    font: { size: fontSizes.note, color: quiet },
    showarrow: false,
    xref: "paper",
    x: 1,
    xanchor: "right",
    y: chance,
    yanchor: "bottom",
  };
  const shape = {
    type: "line",
    xref: "paper",
    x0: 0,
    x1: 1,
    y0: chance,
    y1: chance,
    line: { color: quiet, width: 2, dash: "dot" },
    layer: "between",
  };
  return { annotations: [...(layout["annotations"] as object[]), label], shapes: [shape] };
}

/** Exponents of ten; a study of all labels only gets a decade to stand on. */
function logRange(budgets: readonly number[], aside: boolean): [number, number] {
  if (budgets.length === 0) return [0, 1];
  const low = Math.log10(budgets[0]);
  const high = Math.log10(budgets[budgets.length - 1]);
  const air = high > low ? 0.04 * (high - low) : 0.5;
  return [round(low - air), round(high + (aside ? 4 * air : air))];
}

/** A tick at each budget, labelled where its number does not touch the one before. */
function budgetTicks(
  budgets: readonly number[],
  [low, high]: readonly [number, number],
  plotWidth: number,
): object {
  const pixels = (budget: number): number =>
    (plotWidth * (Math.log10(budget) - low)) / (high - low);
  let free = -Infinity;
  const ticktext = budgets.map((budget) => {
    const half = textWidth(String(budget), fontSizes.tick) / 2;
    if (pixels(budget) - half < free) return "";
    free = pixels(budget) + half + 6;
    return String(budget);
  });
  return { tickmode: "array", tickvals: budgets, ticktext };
}

function percentRange(
  curves: readonly EfficiencyCurve[],
  interval: IntervalStyle,
  chance: number | undefined,
): [number, number] {
  const values = curves.flatMap(({ points, full }) => [
    ...(full === undefined ? [] : [full]),
    ...points.flatMap(({ mean, half }) =>
      interval === "none" || Number.isNaN(half) ? [mean] : [mean - half, mean + half],
    ),
  ]);
  if (chance !== undefined) values.push(100 * chance);
  const low = Math.max(0, Math.min(...values));
  const high = Math.min(100, Math.max(...values));
  const air = Math.max(1, 0.06 * (high - low));
  // No percentage lies outside, so neither does the axis; an interval that does is cut.
  return [round(Math.max(0, low - air)), round(Math.min(100, high + air))];
}
