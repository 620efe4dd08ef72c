import { checkOneOf, InputError, type Figure } from "../core";
import type { ResultMetric, ScoredResult } from "../metrics";
import { efficiencyCurves } from "./efficiencyCurves";
import { labelAxis, metricNames } from "./labelEfficiency";
import { blues } from "./palette";
import { fontSizes, paperAxis, paperLayout, type FigureOptions } from "./paperLayout";
import { escapeText, round, textWidth, wrapText } from "./text";

/** What `scoreMap` draws. */
export interface ScoreMapOptions extends FigureOptions {
  /** @default "balancedAccuracy" */
  readonly metric?: ResultMetric;
}

/** Pixels of a row of one line, and of each further line of a name. */
const [rowHeight, lineHeight] = [34, 19];

/**
 * Methods against budgets as a map: the mean over draws in each cell, in percent, the darker the better. Methods stand in
 * the order of their mean over budgets, the best on top.
 * @throws InputError if there is no result
 */
export function scoreMap(results: readonly ScoredResult[], options: ScoreMapOptions = {}): Figure {
  const { metric = "balancedAccuracy", width = 600 } = options;
  checkOneOf("metric", metric, Object.keys(metricNames));
  if (results.length === 0) {
    throw new InputError({
      got: "no result",
      expected: "finished trials",
      todo: "Run the study first.",
    });
  }
  const rows = efficiencyCurves(results, metric, 0.95)
    .map(({ name, points, full }) => ({
      name,
      scores: new Map([
        ...points.map(({ labels, mean }) => [labels, mean] as const),
        ...(full === undefined ? [] : [[0, full] as const]),
      ]),
    }))
    .sort((a, b) => meanOf(b.scores) - meanOf(a.scores));
  const budgets = [...new Set(results.map((result) => result.labelsPerClass))];
  budgets.sort((a, b) => (a === 0 ? 1 : b === 0 ? -1 : a - b));
  const widest = Math.max(...rows.map(({ name }) => textWidth(name, fontSizes.tick)));
  const left = round(Math.min(0.4 * width, widest + 20), 2);
  const names = rows.map(({ name }) => wrapText(name, fontSizes.tick, left - 20));
  const lines = Math.max(...names.map((parts) => parts.length));
  const z = rows.map(({ scores }) => budgets.map((budget) => scores.get(budget) ?? null));
  const known = z.flat().filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const layout = paperLayout({
    ...options,
    notes: [
      `Mean ${metricNames[metric].replace(" (%)", "")} in percent.`,
      ...(options.notes ?? []),
    ],
    left,
    right: 16,
    plotHeight: rows.length * (rowHeight + lineHeight * (lines - 1)),
  });
  const columns = budgets.map((_, i) => i);
  const size = Math.min(fontSizes.tick, Math.floor((width - left - 16) / budgets.length / 2.4));
  return {
    data: [
      {
        type: "heatmap",
        x: columns,
        y: rows.map((_, i) => i),
        z,
        zmin: low,
        zmax: high > low ? high : low + 1,
        colorscale: blues,
        xgap: 1,
        ygap: 1,
        showscale: false,
        hovertemplate: "%{z:.1f} %<extra></extra>",
      },
    ],
    layout: {
      ...layout,
      showlegend: false,
      annotations: [
        ...(layout["annotations"] as object[]),
        ...(size < 9 ? [] : z.flatMap((row, y) => row.map((value, x) => cell(value, x, y, (low + high) / 2, size)))), // prettier-ignore
      ],
      xaxis: paperAxis(labelAxis(results), {
        tickmode: "array",
        tickvals: columns,
        ticktext: budgets.map((budget) => (budget === 0 ? "all" : String(budget))),
        showgrid: false,
        showline: false,
        ticks: "",
      }),
      yaxis: paperAxis("", {
        range: [rows.length - 0.5, -0.5],
        tickmode: "array",
        tickvals: rows.map((_, i) => i),
        ticktext: names.map((parts) => parts.map(escapeText).join("<br>")),
        ticks: "",
        ticklabelstandoff: 6,
        showgrid: false,
        showline: false,
      }),
    },
  };
}

const cell = (
  value: number | null,
  x: number,
  y: number,
  middle: number,
  size: number,
): object => ({
  text: value === null ? "–" : value.toFixed(1),
  x,
  y,
  showarrow: false,
  font: { size, color: value !== null && value > middle ? "white" : "black" },
});

const meanOf = (scores: ReadonlyMap<number, number>): number =>
  [...scores.values()].reduce((sum, score) => sum + score, 0) / scores.size;
