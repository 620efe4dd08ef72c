import { defined, InputError, twoDigits, type Figure } from "../core";
import {
  comparableBudget,
  fewestDraws,
  independentUnits,
  labelPoints,
  labelSavings as savingsOf,
  type LabelSavings,
  type ResultMetric,
  type ScoredResult,
} from "../metrics";
import { checkScores } from "./checkScores";
import { metricNames } from "./labelEfficiency";
import { quiet, seriesStyle } from "./palette";
import { fontSizes, paperAxis, paperLayout, smallLines, type FigureOptions } from "./paperLayout";
import { escapeText, round, shortenText, textWidth, wrapText } from "./text";

/** What `labelSavings` draws. */
export interface LabelSavingsFigureOptions extends FigureOptions {
  /** Method that the others save labels against, by name. */
  readonly baseline: string;
  /** @default "balancedAccuracy" */
  readonly metric?: ResultMetric;
  /** What the budgets count. @default "labels" */
  readonly counted?: "labels" | "seconds";
  /** Score at which labels are counted, in [0,1]. @default the baseline's at the budget of `metrics.comparableBudget` */
  readonly target?: number;
}

interface Row {
  readonly name: string;
  readonly savings: LabelSavings;
}

/**
 * How many labels of the baseline one label of each method is worth, at one score for all: a point a method on a logarithmic axis, with
 * its 95 % interval over draws; an arrow where the budgets give a bound only. Its first line says what the intervals leave out.
 * @throws InputError if a method is unknown, its draws are not those of the baseline, or a score is not in [0,1]
 */
export function labelSavings(
  results: readonly ScoredResult[],
  options: LabelSavingsFigureOptions,
): Figure {
  const { baseline, metric = "balancedAccuracy", counted = "labels", width = 600 } = options;
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
  const compared = others.map((name) => ({
    baseline: own,
    method: labelPoints(results, { method: name, metric }),
  }));
  const budget = comparableBudget(compared);
  const at = options.target !== undefined ? { target: options.target } : defined({ budget });
  const rows = compared.map((pair, i): Row => ({
    name: others[i],
    savings: savingsOf({ ...pair, ...at }),
  }));
  const perClass = (results[0]?.counting ?? "perClass") === "perClass";
  const unit = counted === "seconds" ? "seconds" : perClass ? "a class" : "labels in all";
  const score = metricNames[metric].replace(" (%)", "");
  const { target, baseline: needed } = rows[0].savings;
  const percent = (100 * target).toFixed(1);
  const heading = [
    ...wrapText(
      `“${baseline}” ${counted} that one ${counted.slice(0, -1)} is worth`,
      fontSizes.axis,
      460,
    ),
    `at ${percent} % ${score}, its score with ${labelsText(needed)} ${unit}`,
  ];
  const { onePretraining, unitOf } = independentUnits(results);
  const first = firstLine(onePretraining, new Set(unitOf.values()).size, unitOf.size);
  return draw(rows, heading.map(escapeText), first, { ...options, width });
}

function labelsText({ status, labels }: LabelSavings["baseline"]): string {
  const count = Number(labels.toPrecision(2));
  if (status === "notReached") return `more than ${count}`;
  return status === "atFirstBudget" ? `${count} or fewer` : String(count);
}

function firstLine(onePretraining: boolean, independent: number, draws: number): string {
  if (draws === 1) return "One draw of labels: there is no interval.";
  if (independent < fewestDraws)
    return `${draws} draws of labels, ${independent} independent: too few for an interval.`;
  return onePretraining
    ? `95 % intervals over ${draws} draws; one pretraining: they leave out what another would change.`
    : `95 % intervals over ${draws} draws of labels and their pretrainings.`;
}

function draw(
  rows: readonly Row[],
  heading: readonly string[],
  first: string,
  options: FigureOptions & { width: number },
): Figure {
  const { width } = options;
  const widest = Math.max(...rows.map((row) => textWidth(row.name, fontSizes.tick)));
  const left = round(Math.min(0.5 * width, widest + 28), 2);
  const text = rows.map((row) => factorText(row.savings));
  const right = round(Math.max(...text.map((line) => textWidth(line, fontSizes.note))) + 20, 2);
  const [low, high] = range(rows);
  const lines = wrapText(first, fontSizes.note, width - 24);
  const layout = paperLayout({
    ...options,
    plotHeight: 44 * rows.length + 12,
    left,
    right,
    bottom: 40 + 24 * heading.length,
  });
  const annotations = [...(layout["annotations"] as object[]), aboveAll(lines, left)];
  const margin = layout["margin"] as { readonly t: number };
  const extra = 19 * lines.length;
  return {
    data: rows.map((row, i) => point(row, i, low, high)),
    layout: {
      ...layout,
      height: (layout["height"] as number) + extra,
      margin: { ...margin, t: margin.t + extra },
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
  const main = `${signs[factor.bound]}${twoDigits(factor.value)} ×`;
  if (interval === undefined) return main;
  const [low, high] = [interval.low, interval.high];
  if (!Number.isFinite(high)) return low > 0 ? `${main} (> ${twoDigits(low)})` : main;
  return low > 0
    ? `${main} (${twoDigits(low)} to ${twoDigits(high)})`
    : `${main} (< ${twoDigits(high)})`;
}

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

/** Small lines between title and plot. */
const aboveAll = (lines: readonly string[], left: number): object =>
  smallLines(lines, left, { y: 1, yanchor: "bottom", yshift: 4 });

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
