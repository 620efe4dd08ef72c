import { InputError, type Figure, type Result, type Rng } from "../core";
import {
  labelPoints,
  scoreToCompare,
  labelSavings as savingsOf,
  type LabelSavings,
  type ResultMetric,
} from "../metrics";
import { checkScores } from "./checkScores";
import { metricNames } from "./labelEfficiency";
import { quiet, seriesStyle } from "./palette";
import { fontSizes, paperAxis, paperLayout, type FigureOptions } from "./paperLayout";
import { escapeText, round, shortenText, textWidth, wrapText } from "./text";

/** What `labelSavings` draws. */
export interface LabelSavingsFigureOptions extends FigureOptions {
  /** Method that the others save labels against, by name. */
  readonly baseline: string;
  /** @default "balancedAccuracy" */
  readonly metric?: ResultMetric;
  /** Score at which labels are counted, in [0,1]. @default the baseline's mean at its largest budget but one */
  readonly target?: number;
  /** Random numbers of the bootstrap interval over draws; without them there is none. */
  readonly rng?: Rng;
}

interface Row {
  readonly name: string;
  readonly savings: LabelSavings;
}

/**
 * How many labels of the baseline one label of each method is worth, at one score: a point a method on a logarithmic axis, with
 * its bootstrap interval; an arrow where the budgets give a bound only.
 * @throws InputError if a method is unknown, its draws are not those of the baseline, or a score is not in [0,1]
 */
export function labelSavings(
  results: readonly Result[],
  options: LabelSavingsFigureOptions,
): Figure {
  const { baseline, metric = "balancedAccuracy", rng, width = 600 } = options;
  const names = [...new Set(results.map((result) => result.method))];
  const others = names.filter((name) => name !== baseline);
  if (!names.includes(baseline) || others.length === 0) {
    throw new InputError({
      got: `the baseline "${baseline}" in results of ${names.join(", ") || "no method"}`,
      expected: "the name of one of several methods",
      todo: "Name the method that the others are held against.",
    });
  }
  checkScores(results, metric);
  const own = labelPoints(results, { method: baseline, metric });
  const target = options.target ?? scoreToCompare(own);
  const rows = others.map((name): Row => {
    const method = labelPoints(results, { method: name, metric });
    const random = rng === undefined ? {} : { rng: rng.fork(name) };
    const savings = savingsOf({
      baseline: own,
      method,
      ...random,
      ...(target === undefined ? {} : { target }),
    });
    return { name, savings };
  });
  const score = metricNames[metric].replace(" (%)", "");
  const percent = (100 * target).toFixed(1);
  const heading = [
    ...wrapText(`“${baseline}” labels that one label is worth`, fontSizes.axis, 460),
    `at ${percent} % ${score}`,
  ];
  return draw(rows, heading.map(escapeText), { ...options, width });
}

function draw(
  rows: readonly Row[],
  heading: readonly string[],
  options: FigureOptions & { width: number },
): Figure {
  const { width } = options;
  const widest = Math.max(...rows.map((row) => textWidth(row.name, fontSizes.tick)));
  const left = round(Math.min(0.5 * width, widest + 28), 2);
  const text = rows.map((row) => factorText(row.savings));
  const right = round(Math.max(...text.map((line) => textWidth(line, fontSizes.note))) + 20, 2);
  const [low, high] = range(rows);
  const layout = paperLayout({
    ...options,
    plotHeight: 44 * rows.length + 12,
    left,
    right,
    bottom: 40 + 24 * heading.length,
  });
  const annotations = layout["annotations"] as object[];
  return {
    data: rows.map((row, i) => point(row, i, low, high)),
    layout: {
      ...layout,
      showlegend: false,
      shapes: [noSaving],
      annotations: [...annotations, ...text.map((line, i) => beside(line, i))],
      xaxis: paperAxis(heading.join("<br>"), {
        showgrid: false,
        type: "log",
        range: [Math.log10(low), Math.log10(high)].map((value) => round(value)),
        ...factorTicks(low, high),
      }),
      yaxis: paperAxis("", {
        range: [rows.length - 0.4, -0.6],
        tickmode: "array",
        tickvals: rows.map((_, i) => i),
        ticktext: rows.map((row) => escapeText(shortenText(row.name, fontSizes.tick, left - 20))),
        ticks: "",
        ticklabelstandoff: 8,
        showgrid: false,
        showline: false,
      }),
    },
  };
}

function point({ name, savings }: Row, index: number, low: number, high: number): object {
  const { colour, symbol } = seriesStyle(index + 1);
  const { value, bound } = savings.factor;
  const ends = savings.interval;
  const arrow =
    bound === "atLeast" ? "triangle-right" : bound === "atMost" ? "triangle-left" : symbol;
  const limited = ends !== undefined && (ends.low > 0 || Number.isFinite(ends.high));
  return {
    type: "scatter",
    mode: "markers",
    name: escapeText(name),
    x: [Number.isNaN(value) ? null : round(value)],
    y: [index],
    marker: { symbol: arrow, size: 13, color: colour },
    // An interval without an end runs out of the plot.
    ...(limited && !Number.isNaN(value)
      ? {
          error_x: bar(
            colour,
            Math.min(2 * high, ends.high) - value,
            value - Math.max(low / 2, ends.low),
          ),
        }
      : {}),
    hovertemplate: `${escapeText(factorText(savings))}<extra>${escapeText(name)}</extra>`,
  };
}

const bar = (color: string, up: number, down: number): object => ({
  type: "data",
  symmetric: false,
  array: [round(Math.max(0, up))],
  arrayminus: [round(Math.max(0, down))],
  color,
  thickness: 2,
  width: 5,
});

const signs = { exact: "", atLeast: "≥ ", atMost: "≤ ", unknown: "" } as const;

function factorText({ factor, interval }: LabelSavings): string {
  if (factor.bound === "unknown") return "beyond the budgets";
  const main = `${signs[factor.bound]}${short(factor.value)} ×`;
  if (interval === undefined) return main;
  const [low, high] = [interval.low, interval.high];
  if (!Number.isFinite(high)) return low > 0 ? `${main} (> ${short(low)})` : main;
  return low > 0 ? `${main} (${short(low)} to ${short(high)})` : `${main} (< ${short(high)})`;
}

const short = (value: number): string =>
  value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2)));

const beside = (text: string, y: number): object => ({
  text: escapeText(text),
  font: { size: fontSizes.note },
  showarrow: false,
  xref: "paper",
  x: 1,
  xanchor: "left",
  xshift: 8,
  y,
  yanchor: "middle",
});

const noSaving: object = {
  type: "line",
  x0: 1,
  x1: 1,
  yref: "paper",
  y0: 0,
  y1: 1,
  line: { color: quiet, width: 1.5, dash: "dash" },
  layer: "between",
};

/** Everything finite, and 1, with some air. */
function range(rows: readonly Row[]): [number, number] {
  const values = rows.flatMap(({ savings: { factor, interval } }) => [
    factor.value,
    ...(interval === undefined ? [] : [interval.low, interval.high]),
  ]);
  const usable = values.filter((value) => Number.isFinite(value) && value > 0.01 && value < 1000);
  return [Math.min(0.8, ...usable) / 1.2, Math.max(1.25, ...usable) * 1.2];
}

function factorTicks(low: number, high: number): object {
  const all = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500];
  const tickvals = all.filter((value) => value >= low && value <= high);
  return { tickmode: "array", tickvals, ticktext: tickvals.map((value) => `${value}×`) };
}
