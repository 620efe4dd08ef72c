import { checkNumber, checkOneOf, InputError, type Figure, type Result } from "../core";
import { meanInterval } from "../metrics";
import { quiet, seriesStyle, transparent, type SeriesStyle } from "./palette";
import { fontSizes, paperAxis, paperLayout, type FigureOptions } from "./paperLayout";
import { escapeText, round, textWidth } from "./text";

/** A number of a result that can be drawn against the labels. */
export type ResultMetric = "accuracy" | "balancedAccuracy" | "macroF1";

/** What `labelEfficiency` draws. */
export interface LabelEfficiencyOptions extends FigureOptions {
  /** @default "balancedAccuracy" */
  readonly metric?: ResultMetric;
  /** Level that guessing reaches, in [0,1], drawn as a dotted line; none by default. */
  readonly chance?: number;
  /** Confidence level of the t-interval over draws, in (0,1). @default 0.95 */
  readonly level?: number;
  /** How the interval is drawn. @default "band" up to six methods, else "bars" */
  readonly interval?: "band" | "bars" | "none";
}

const metricNames: Readonly<Record<ResultMetric, string>> = {
  accuracy: "accuracy (%)",
  balancedAccuracy: "balanced accuracy (%)",
  macroF1: "macro F1 (%)",
};

/** One method's means, in percent, by rising budget. */
interface Curve {
  readonly name: string;
  readonly style: SeriesStyle;
  readonly points: readonly Point[];
  /** Mean with all labels, in percent, where there is one. */
  readonly full: number | undefined;
}

interface Point {
  readonly x: number;
  readonly mean: number;
  /** NaN for a single draw. */
  readonly half: number;
  readonly n: number;
}

/**
 * Accuracy against labels per class on a logarithmic axis: for each method the mean over draws with its t-interval, and a
 * dashed line where it gets with all labels (results with labelsPerClass 0).
 * @throws InputError if there is no result, or results of several data sets, whose mean would mean nothing
 */
export function labelEfficiency(
  results: readonly Result[],
  options: LabelEfficiencyOptions = {},
): Figure {
  const { metric = "balancedAccuracy", level = 0.95, chance } = options;
  checkResults(results);
  checkOneOf("metric", metric, Object.keys(metricNames));
  if (chance !== undefined) checkNumber("chance", chance, { min: 0, max: 1 });
  const curves = curvesOf(results, metric, level);
  const interval = options.interval ?? (curves.length > 6 ? "bars" : "band");
  const budgets = [...new Set(curves.flatMap(({ points }) => points.map((point) => point.x)))];
  budgets.sort((a, b) => a - b);
  const anyFull = curves.some((curve) => curve.full !== undefined);
  // Many lines across the whole plot would hide the curves: they then stand at its right end.
  const aside = anyFull && curves.length > 6;
  const names = [...curves.map((curve) => curve.name), ...(anyFull ? ["all labels"] : [])];
  const layout = paperLayout({ ...options, plotHeight: 330, legend: names });
  const xRange = logRange(budgets, aside);
  const xaxis = paperAxis("labels per class", {
    type: "log",
    range: xRange,
    ...ticks(budgets, xRange),
  });
  const yRange = percentRange(curves, interval, chance);
  const yaxis = paperAxis(metricNames[metric], { range: yRange });
  const [left, to] = xRange.map((exponent) => 10 ** exponent);
  const from = aside && budgets.length > 0 ? budgets[budgets.length - 1] * 1.15 : left;
  return {
    data: [
      ...(interval === "band" ? curves.flatMap(bands) : []),
      ...curves.flatMap((curve) => fullLine(curve, from, to)),
      ...curves.map((curve, i) => line(curve, interval, dodge(i, curves.length))),
      ...(anyFull ? [fullLegend] : []),
    ],
    layout: {
      ...layout,
      xaxis,
      yaxis,
      ...(chance === undefined ? {} : chanceLine(layout, 100 * chance)),
    },
  };
}

function checkResults(results: readonly Result[]): void {
  const sets = [...new Set(results.map((result) => result.dataset))];
  if (sets.length === 1) return;
  throw new InputError({
    got:
      sets.length === 0 ? "no result" : `results of ${sets.length} data sets: ${sets.join(", ")}`,
    expected: "finished trials of one data set",
    todo: sets.length === 0 ? "Run the study first." : "Draw one figure for each data set.",
  });
}

function curvesOf(results: readonly Result[], metric: ResultMetric, level: number): Curve[] {
  const names = [...new Set(results.map((result) => result.method))];
  return names.map((name, i) => {
    const own = results.filter((result) => result.method === name);
    const budgets = [...new Set(own.map((result) => result.labelsPerClass))].sort((a, b) => a - b);
    const points = budgets.map((x): Point => {
      const trials = own.filter((result) => result.labelsPerClass === x);
      const { mean, halfWidth, n } = meanInterval(
        trials.map((trial) => 100 * trial[metric]),
        { level },
      );
      return { x, mean: round(mean), half: round(halfWidth), n };
    });
    return {
      name,
      style: seriesStyle(i),
      points: points.filter((point) => point.x > 0),
      full: points.find((point) => point.x === 0)?.mean,
    };
  });
}

/** Bars of many methods stand side by side: a factor on x, within 6 % either way. */
const dodge = (index: number, count: number): number =>
  count === 1 ? 1 : 1 + 0.12 * (index / (count - 1) - 0.5);

function line(curve: Curve, interval: "band" | "bars" | "none", factor: number): object {
  const { name, style, points } = curve;
  const bars = interval === "bars" && points.some((point) => !Number.isNaN(point.half));
  return {
    type: "scatter",
    mode: "lines+markers",
    name: escapeText(name),
    legendgroup: name,
    x: points.map((point) => (bars ? round(point.x * factor) : point.x)),
    y: points.map((point) => point.mean),
    ...(bars ? { error_y: errorBars(points, style) } : {}),
    line: { color: style.colour, width: 2.5, dash: style.dash },
    marker: markerOf(style, 9),
    customdata: points.map((point) => [point.x, spread(point)]),
    hovertemplate: "%{y:.1f} %{customdata[1]}, %{customdata[0]} a class",
  };
}

const spread = ({ half, n }: Point): string =>
  Number.isNaN(half) ? "% (1 draw)" : `± ${half.toFixed(1)} % (${n} draws)`;

const markerOf = ({ colour, symbol }: SeriesStyle, size: number): object => ({
  symbol,
  size,
  color: colour,
  line: { color: symbol.endsWith("-open") ? colour : "white", width: 1 },
});

const errorBars = (points: readonly Point[], style: SeriesStyle): object => ({
  type: "data",
  array: points.map((point) => (Number.isNaN(point.half) ? null : point.half)),
  color: style.colour,
  thickness: 1.2,
  width: 3,
});

/** The interval as areas, one for each run of budgets that have one; a lone budget gets a bar by way of a thin area. */
function bands({ name, style, points }: Curve): object[] {
  const runs: Point[][] = [];
  let open = false;
  for (const point of points) {
    const known = !Number.isNaN(point.half);
    if (known && open) runs[runs.length - 1].push(point);
    else if (known) runs.push([point]);
    open = known;
  }
  return runs.map((run) => {
    const edges = run.length > 1 ? run : [0.97, 1.03].map((f) => ({ ...run[0], x: run[0].x * f }));
    const back = [...edges].reverse();
    return {
      type: "scatter",
      mode: "lines",
      legendgroup: name,
      showlegend: false,
      hoverinfo: "skip",
      x: [...edges, ...back].map((point) => round(point.x)),
      y: [
        ...edges.map((point) => round(point.mean + point.half)),
        ...back.map((point) => round(point.mean - point.half)),
      ],
      fill: "toself",
      fillcolor: transparent(style.colour, 0.14),
      line: { width: 0 },
    };
  });
}

function fullLine({ name, style, full }: Curve, from: number, to: number): object[] {
  if (full === undefined) return [];
  return [
    {
      type: "scatter",
      mode: "lines",
      name: `${escapeText(name)}, all labels`,
      legendgroup: name,
      showlegend: false,
      x: [round(from), round(to)],
      y: [full, full],
      line: { color: style.colour, width: 1.5, dash: "dash" },
      hovertemplate: "%{y:.1f} % with all labels",
    },
  ];
}

const fullLegend: object = {
  type: "scatter",
  mode: "lines",
  name: "all labels",
  x: [null],
  y: [null],
  line: { color: quiet, width: 1.5, dash: "dash" },
};

function chanceLine(layout: Record<string, unknown>, chance: number): object {
  const label = {
    text: "chance",
    font: { size: fontSizes.note, color: quiet },
    showarrow: false,
    xref: "paper",
    x: 1,
    xanchor: "right",
    y: round(chance),
    yanchor: "bottom",
  };
  const shape = {
    type: "line",
    xref: "paper",
    x0: 0,
    x1: 1,
    y0: round(chance),
    y1: round(chance),
    line: { color: quiet, width: 1.5, dash: "dot" },
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
function ticks(budgets: readonly number[], [low, high]: readonly [number, number]): object {
  const pixels = (budget: number): number => (512 * (Math.log10(budget) - low)) / (high - low);
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
  curves: readonly Curve[],
  interval: "band" | "bars" | "none",
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
  // A little above 100, so that a marker there is whole; no percentage lies outside.
  return [round(Math.max(-1, low - air)), round(Math.min(101.5, high + air))];
}
