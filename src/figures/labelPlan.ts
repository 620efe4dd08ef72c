import type { Figure } from "../core";
import type { LabelPlan, ResultMetric, ScoreForecast } from "../metrics";
import { metricNames } from "./labelEfficiency";
import { quiet, seriesStyle, transparent } from "./palette";
import { fontSizes, paperAxis, paperLayout, type FigureOptions } from "./paperLayout";
import { round } from "./text";

/** What `labelPlan` draws. */
export interface LabelPlanFigureOptions extends FigureOptions {
  /** The score that the plan is about. @default "balancedAccuracy" */
  readonly metric?: ResultMetric;
}

const names = ["measured", "forecast", "earlier forecasts"] as const;
const style = seriesStyle(0);
const earlier = seriesStyle(1);

/**
 * A label plan: scores so far with their intervals, the forecast with its 95 % range, paler where it is rough, the score that is wanted with the labels it
 * needs, and what the same forecast said earlier of budgets that were run since.
 */
export function labelPlan(plan: LabelPlan, options: LabelPlanFigureOptions = {}): Figure {
  const { metric = "balancedAccuracy" } = options;
  const { points, target, horizon } = plan;
  const shown = plan.backTest.length > 0 ? names : names.slice(0, 2);
  const layout = paperLayout({ ...options, plotHeight: 330, legend: shown });
  const first = points[0].labels;
  const last = points[points.length - 1].labels;
  const [near, far] = horizon;
  const xRange = [0.85 * first, 1.1 * far].map((value) => round(Math.log10(value)));
  const sure = curve(plan, last, near);
  const guess = curve(plan, near, far);
  const ticks = [...points.map((point) => point.labels), near, far];
  const yRange = percentRange([...sure, ...guess, ...plan.backTest], plan);
  return {
    data: [
      range(guess, 0.1),
      range(sure, 0.25),
      ...needed(plan),
      measured(plan),
      line(sure, { name: names[1], dash: "solid" }),
      line(guess, { name: names[1], dash: "dot" }),
      ...(plan.backTest.length > 0 ? [told(plan)] : []),
    ],
    layout: {
      ...layout,
      shapes: [wanted(target), ...ends(plan)],
      annotations: [
        ...(layout["annotations"] as object[]),
        label("wanted", { xref: "paper", x: 0, y: round(100 * target), xanchor: "left", yanchor: "bottom", color: quiet }), // prettier-ignore
        label("rough", { x: round(Math.log10(Math.sqrt(near * far))), y: 0.02, yref: "paper", xanchor: "center", yanchor: "bottom", color: quiet }), // prettier-ignore
      ],
      xaxis: paperAxis("labels per class", {
        type: "log",
        range: xRange,
        showgrid: false,
        tickmode: "array",
        tickvals: ticks,
        ticktext: ticks.map((value) => String(round(value))),
      }),
      yaxis: paperAxis(metricNames[metric], { range: yRange }),
    },
  };
}

/** Forecasts between two numbers of labels. */
function curve(plan: LabelPlan, from: number, to: number): ScoreForecast[] {
  const steps = 24;
  return Array.from({ length: steps + 1 }, (_, i) =>
    plan.forecast(from * (to / from) ** (i / steps)),
  );
}

function range(forecasts: readonly ScoreForecast[], opacity: number): object {
  const back = [...forecasts].reverse();
  return {
    type: "scatter",
    mode: "lines",
    showlegend: false,
    hoverinfo: "skip",
    x: [...forecasts, ...back].map(({ labels }) => round(labels)),
    y: [...forecasts.map(({ high }) => high), ...back.map(({ low }) => low)].map((v) => round(100 * v)), // prettier-ignore
    fill: "toself",
    fillcolor: transparent(style.colour, opacity),
    line: { width: 0 },
  };
}

function line(
  forecasts: readonly ScoreForecast[],
  { name, dash }: { readonly name: string; readonly dash: string },
): object {
  return {
    type: "scatter",
    mode: "lines",
    name,
    legendgroup: name,
    showlegend: dash === "solid",
    x: forecasts.map(({ labels }) => round(labels)),
    y: forecasts.map(({ score }) => round(100 * score)),
    line: { color: style.colour, width: 2.5, dash },
    hovertemplate: "%{y:.1f} % with %{x:.0f} a class",
  };
}

const bars = (array: readonly number[], color: string): object => ({
  type: "data",
  array: array.map((value) => round(100 * value)),
  color,
  thickness: 1.5,
  width: 4,
});

const measured = ({ points }: LabelPlan): object => ({
  type: "scatter",
  mode: "markers",
  name: names[0],
  x: points.map(({ labels }) => labels),
  y: points.map(({ score }) => round(100 * score)),
  error_y: bars(
    points.map(({ halfWidth }) => halfWidth),
    style.colour,
  ),
  marker: { symbol: style.symbol, size: 9, color: style.colour },
  cliponaxis: false,
  hovertemplate: "%{y:.1f} % with %{x} a class",
});

/** Earlier forecasts, a little left of what was found. */
const told = ({ backTest }: LabelPlan): object => ({
  type: "scatter",
  mode: "markers",
  name: names[2],
  x: backTest.map(({ labels, seen }) => round(labels * (1 - 0.05 * Math.log2(labels / seen)))),
  y: backTest.map(({ score }) => round(100 * score)),
  error_y: {
    ...bars(
      backTest.map(({ high, score }) => high - score),
      earlier.colour,
    ),
    symmetric: false,
    arrayminus: backTest.map(({ low, score }) => round(100 * (score - low))),
  },
  marker: { symbol: `${earlier.symbol}-open`, size: 9, color: earlier.colour, line: { width: 2 } },
  cliponaxis: false,
  text: backTest.map(
    ({ seen, found }) => `from ${seen} a class; found ${(100 * found).toFixed(1)} %`,
  ),
  hovertemplate: "%{y:.1f} % forecast %{text}",
});

/** The range of labels on the line of the wanted score, and the forecast's own. */
function needed({ needed: { labels, low, high }, target, horizon, points }: LabelPlan): object[] {
  const end = Math.min(high, 1.1 * horizon[1]);
  const start = Math.max(low, 0.85 * points[0].labels);
  const y = round(100 * target);
  return [
    {
      type: "scatter",
      mode: "lines",
      showlegend: false,
      hoverinfo: "skip",
      x: [round(start), round(end)],
      y: [y, y],
      line: { color: "black", width: 4 },
    },
    {
      type: "scatter",
      mode: "markers",
      showlegend: false,
      x: [Number.isNaN(labels) ? null : round(labels)],
      y: [y],
      marker: { symbol: "diamond", size: 13, color: "black" },
      hovertemplate: "%{x:.0f} a class",
    },
  ];
}

const wanted = (target: number): object => ({
  type: "line",
  xref: "paper",
  x0: 0,
  x1: 1,
  y0: round(100 * target),
  y1: round(100 * target),
  line: { color: quiet, width: 1.5, dash: "dash" },
  layer: "between",
});

/** Where the budgets end, and where forecasts become rough. */
const ends = ({ horizon, points }: LabelPlan): object[] =>
  [points[points.length - 1].labels, horizon[0]].map((at) => ({
    type: "line",
    x0: at,
    x1: at,
    yref: "paper",
    y0: 0,
    y1: 1,
    line: { color: quiet, width: 1, dash: "dot" },
    layer: "between",
  }));

const label = (
  text: string,
  { color, ...place }: { readonly color: string; readonly [key: string]: unknown },
): object => ({
  // prettier-ignore
  text,
  font: { size: fontSizes.note, color },
  showarrow: false,
  ...place,
});

function percentRange(
  forecasts: readonly Pick<ScoreForecast, "low" | "high">[],
  { points, target }: LabelPlan,
): [number, number] {
  const values = [
    target,
    ...forecasts.flatMap(({ low, high }) => [low, high]),
    ...points.flatMap(({ score, halfWidth }) => [score - halfWidth, score + halfWidth]),
  ].map((value) => 100 * Math.min(1, Math.max(0, value)));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const air = 0.06 * (high - low);
  return [round(Math.max(0, low - air)), round(Math.min(100, high + air))];
}
