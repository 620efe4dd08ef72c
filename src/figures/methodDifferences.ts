import { checkNumber, checkOneOf, type Figure } from "../core";
import {
  compareMethods,
  independentUnits,
  type MethodDifference,
  type ResultMetric,
  type ScoredResult,
} from "../metrics";
import { metricNames } from "./labelEfficiency";
import { quiet, seriesStyle, type SeriesStyle } from "./palette";
import { paperAxis, paperLayout, type FigureOptions } from "./paperLayout";
import { escapeText, round } from "./text";

/** What `methodDifferences` draws. */
export interface MethodDifferencesOptions extends FigureOptions {
  /** Method that the others are held against, by name. */
  readonly against: string;
  /** @default "balancedAccuracy" */
  readonly metric?: ResultMetric;
  /** Probability of a false mark in the whole figure, in (0,1). @default 0.05 */
  readonly alpha?: number;
}

/**
 * How much better each method is than one of them, draw by draw, with 95 % t-intervals: at each budget, and over the whole curve. Filled where Holm's
 * correction over all that is drawn of a kind leaves p below `alpha`, open where the difference may be luck.
 * @throws InputError if the method is not there, or there is nothing to hold against it
 */
export function methodDifferences(
  results: readonly ScoredResult[],
  options: MethodDifferencesOptions,
): Figure {
  const { against, metric = "balancedAccuracy", alpha = 0.05 } = options;
  checkNumber("alpha", alpha, { min: 0, max: 1 });
  checkOneOf("metric", metric, Object.keys(metricNames));
  const differences = compareMethods(results, { against, metric });
  const names = [...new Set(differences.map((one) => one.method))];
  const places = [...new Set(differences.map((one) => one.at))];
  places.sort((a, b) => order(a) - order(b));
  const { onePretraining } = independentUnits(results);
  const notes = [
    `Filled: p < ${alpha} after Holm's correction; open: may be luck. Bars: 95 % intervals over draws, each for itself.`,
    ...(onePretraining ? ["One pretraining: they leave out what another would change."] : []),
    ...(options.notes ?? []),
  ];
  const layout = paperLayout({ ...options, notes, plotHeight: 320, left: 96, legend: names });
  return {
    data: names.map((name, i) =>
      trace(
        differences.filter((one) => one.method === name),
        places,
        seriesStyle(i + 1),
        { shift: dodge(i, names.length), alpha },
      ),
    ),
    layout: {
      ...layout,
      shapes: [noDifference, ...aside(places)],
      xaxis: paperAxis("labels per class", {
        showgrid: false,
        range: [-0.6, places.length - 0.4],
        tickmode: "array",
        tickvals: places.map((_, i) => i),
        ticktext: places.map((at) =>
          at === "area" ? "whole curve" : at === 0 ? "all" : String(at),
        ),
      }),
      yaxis: paperAxis(
        `points of ${metricNames[metric].replace(" (%)", "")}<br>above “${escapeText(against)}”`,
      ),
    },
  };
}

const order = (at: number | "area"): number => (at === "area" ? Infinity : at === 0 ? 1e12 : at);

/** Methods stand side by side at each place. */
const dodge = (index: number, count: number): number =>
  count === 1 ? 0 : 0.6 * (index / (count - 1) - 0.5);

function trace(
  differences: readonly MethodDifference[],
  places: readonly (number | "area")[],
  { colour, symbol }: SeriesStyle,
  { shift, alpha }: { readonly shift: number; readonly alpha: number },
): object {
  const filled = symbol.replace("-open", "");
  return {
    type: "scatter",
    mode: "markers",
    name: escapeText(differences[0].method),
    x: differences.map((one) => round(places.indexOf(one.at) + shift)),
    y: differences.map((one) => round(100 * one.mean)),
    error_y: {
      type: "data",
      array: differences.map((one) =>
        Number.isNaN(one.halfWidth) ? null : round(100 * one.halfWidth),
      ),
      color: colour,
      thickness: 1.5,
      width: 3,
    },
    marker: {
      symbol: differences.map((one) => (one.adjusted < alpha ? filled : `${filled}-open`)),
      size: 10,
      color: colour,
      line: { color: colour, width: 2 },
    },
    cliponaxis: false,
    text: differences.map(words),
    hovertemplate: "%{text}",
  };
}

const words = ({ mean, halfWidth, p, adjusted, n }: MethodDifference): string =>
  [
    `${(100 * mean).toFixed(1)}${Number.isNaN(halfWidth) ? "" : ` ± ${(100 * halfWidth).toFixed(1)}`} points (${n} ${n === 1 ? "draw" : "draws"})`,
    ...(Number.isNaN(p) ? [] : [`p ${p.toPrecision(2)}`, `corrected ${adjusted.toPrecision(2)}`]),
  ].join(", ");

const noDifference: object = {
  type: "line",
  xref: "paper",
  x0: 0,
  x1: 1,
  y0: 0,
  y1: 0,
  line: { color: quiet, width: 1.5, dash: "dash" },
  layer: "between",
};

/** A line between the budgets and the whole curve, which is no budget. */
const aside = (places: readonly (number | "area")[]): object[] =>
  places[places.length - 1] !== "area" || places.length === 1
    ? []
    : [
        {
          type: "line",
          x0: places.length - 1.5,
          x1: places.length - 1.5,
          yref: "paper",
          y0: 0,
          y1: 1,
          line: { color: quiet, width: 1 },
          layer: "between",
        },
      ];
