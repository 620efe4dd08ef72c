import { intervalOverDraws, type ResultMetric, type ScoredResult } from "../metrics";
import { seriesStyle, transparent, type SeriesStyle } from "./palette";
import { escapeText, round } from "./text";

/** How an interval is drawn. */
export type IntervalStyle = "band" | "bars" | "none";

/** One method's means, in percent, by rising budget. */
export interface EfficiencyCurve {
  readonly name: string;
  readonly style: SeriesStyle;
  readonly points: readonly EfficiencyPoint[];
  /** Mean with all labels, in percent, where there is one. */
  readonly full: number | undefined;
}

/** Mean over draws at one budget. */
export interface EfficiencyPoint {
  readonly labels: number;
  readonly mean: number;
  /** Half the width of the interval; NaN for fewer than three independent draws. */
  readonly half: number;
  readonly draws: number;
}

/** Means and intervals by method, in the order in which methods first occur. */
export function efficiencyCurves(
  results: readonly ScoredResult[],
  metric: ResultMetric,
  level: number,
): EfficiencyCurve[] {
  const names = [...new Set(results.map((result) => result.method))];
  return names.map((name, i) => {
    const own = results.filter((result) => result.method === name);
    const budgets = [...new Set(own.map((result) => result.labelsPerClass))].sort((a, b) => a - b);
    const points = budgets.map((labels): EfficiencyPoint => {
      const trials = own.filter((result) => result.labelsPerClass === labels);
      const percent = trials.map((trial) => ({ ...trial, value: 100 * trial[metric] }));
      const { mean, halfWidth, n } = intervalOverDraws(percent, { level });
      return { labels, mean: round(mean), half: round(halfWidth), draws: n };
    });
    return {
      name,
      style: seriesStyle(i),
      points: points.filter((point) => point.labels > 0),
      full: points.find((point) => point.labels === 0)?.mean,
    };
  });
}

/** The line of means; `factor` moves it along x, so that the bars of many methods stand side by side. */
export function meanLine(
  curve: EfficiencyCurve,
  interval: IntervalStyle,
  factor: number,
  legend: string,
): object {
  const { name, style, points } = curve;
  const bars = interval === "bars" && points.some((point) => !Number.isNaN(point.half));
  return {
    type: "scatter",
    mode: "lines+markers",
    name: legend,
    legendgroup: name,
    x: points.map((point) => (bars ? round(point.labels * factor) : point.labels)),
    y: points.map((point) => point.mean),
    ...(bars ? { error_y: errorBars(points, style) } : {}),
    line: { color: style.colour, width: 2.5, dash: style.dash },
    marker: marker(style, 9),
    cliponaxis: false,
    customdata: points.map((point) => [point.labels, spread(point)]),
    hovertemplate: "%{y:.1f} %{customdata[1]}, %{customdata[0]} a class",
  };
}

const spread = ({ half, draws }: EfficiencyPoint): string =>
  Number.isNaN(half)
    ? `% (${draws} ${draws === 1 ? "draw" : "draws"})`
    : `± ${half.toFixed(1)} % (${draws} draws)`;

const marker = ({ colour, symbol }: SeriesStyle, size: number): object => ({
  symbol,
  size,
  color: colour,
  line: { color: symbol.endsWith("-open") ? colour : "white", width: 1 },
});

const errorBars = (points: readonly EfficiencyPoint[], style: SeriesStyle): object => ({
  type: "data",
  array: points.map((point) => (Number.isNaN(point.half) ? null : point.half)),
  color: style.colour,
  thickness: 1.2,
  width: 3,
});

/** The interval as areas, one for each run of budgets that have one; around a lone budget a narrow one. */
export function intervalBands({ name, style, points }: EfficiencyCurve): object[] {
  const runs: EfficiencyPoint[][] = [];
  let open = false;
  for (const point of points) {
    const known = !Number.isNaN(point.half);
    if (known && open) runs[runs.length - 1].push(point);
    else if (known) runs.push([point]);
    open = known;
  }
  return runs.map((run) => {
    const lone = [0.97, 1.03].map((factor) => ({ ...run[0], labels: run[0].labels * factor }));
    const edges = run.length > 1 ? run : lone;
    const back = [...edges].reverse();
    return {
      type: "scatter",
      mode: "lines",
      legendgroup: name,
      showlegend: false,
      hoverinfo: "skip",
      x: [...edges, ...back].map((point) => round(point.labels)),
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

/** A dashed line at what the method reaches with all labels; its marker, at the right end, tells whose it is in grey. */
export function fullLine(
  { name, style, full }: EfficiencyCurve,
  from: number,
  to: number,
): object[] {
  if (full === undefined) return [];
  return [
    {
      type: "scatter",
      mode: "lines+markers",
      name: `${escapeText(name)}, all labels`,
      legendgroup: name,
      showlegend: false,
      x: [round(from), round(to)],
      y: [full, full],
      line: { color: style.colour, width: 1.5, dash: "dash" },
      marker: { ...marker(style, 8), opacity: [0, 1] },
      cliponaxis: false,
      hovertemplate: "%{y:.1f} % with all labels",
    },
  ];
}
