import { InputError, type Figure } from "../core";
import type { Calibration } from "../metrics";
import { legendName } from "./legendName";
import { quiet, seriesStyle } from "./palette";
import { paperAxis, paperLayout, type FigureOptions } from "./paperLayout";
import { round } from "./text";

/** The calibration of one classifier. */
export interface ReliabilityRun {
  readonly name: string;
  /** As `metrics.calibration` gives it. */
  readonly calibration: Calibration;
}

/**
 * How often predictions of a confidence were right, against that confidence: on the diagonal both agree, below it the classifier
 * is too sure. Underneath, how many images each bin holds; in the legend the expected calibration error (ECE).
 * @throws InputError if there is no run, or none has an image
 * @see Guo et al. 2017, "On Calibration of Modern Neural Networks", arXiv:1706.04599
 */
export function reliability(runs: readonly ReliabilityRun[], options: FigureOptions = {}): Figure {
  const total = ({ calibration }: ReliabilityRun): number =>
    calibration.bins.reduce((sum, bin) => sum + bin.count, 0);
  if (runs.length === 0 || runs.some((run) => total(run) === 0)) {
    throw new InputError({
      got: runs.length === 0 ? "no calibration" : "a calibration without images",
      expected: "at least one calibration of some images",
      todo: "Make it with metrics.calibration(probabilities, labels).",
    });
  }
  const names = runs.map(
    ({ name, calibration }) => `${name} (ECE ${(100 * calibration.expectedError).toFixed(1)} %)`,
  );
  const layout = paperLayout({ right: 28, ...options, left: 80, plotHeight: 430, legend: names });
  const xRange = [0, 100];
  return {
    data: [
      ...runs.map((run, i) => curve(run, i, legendName(names[i], options.width))),
      ...runs.map((run, i) => histogram(run, i, total(run))),
    ],
    layout: {
      ...layout,
      shapes: [diagonal],
      xaxis: paperAxis("confidence (%)", { range: xRange, anchor: "y2", dtick: 20 }),
      yaxis: paperAxis("correct (%)", { range: [0, 100], domain: [0.34, 1], dtick: 20 }),
      yaxis2: paperAxis("images (%)", { domain: [0, 0.26], rangemode: "tozero", nticks: 4 }),
    },
  };
}

function curve({ name, calibration }: ReliabilityRun, index: number, legend: string): object {
  const { colour, symbol, dash } = seriesStyle(index);
  const bins = calibration.bins.filter((bin) => bin.count > 0);
  return {
    type: "scatter",
    mode: "lines+markers",
    name: legend,
    legendgroup: name,
    x: bins.map((bin) => round(100 * bin.confidence)),
    y: bins.map((bin) => round(100 * bin.accuracy)),
    customdata: bins.map((bin) => bin.count),
    cliponaxis: false,
    line: { color: colour, width: 2.5, dash },
    marker: { symbol, size: 9, color: colour, line: { color: "white", width: 1 } },
    hovertemplate: "confidence %{x:.1f} %, correct %{y:.1f} %, %{customdata} images<extra></extra>",
  };
}

function histogram({ name, calibration }: ReliabilityRun, index: number, total: number): object {
  const { colour, dash } = seriesStyle(index);
  const shares = calibration.bins.map((bin) => round((100 * bin.count) / total));
  return {
    type: "scatter",
    mode: "lines",
    legendgroup: name,
    showlegend: false,
    yaxis: "y2",
    x: [...calibration.bins.map((bin) => round(100 * bin.low)), 100],
    y: [...shares, shares[shares.length - 1]],
    line: { color: colour, width: 2, dash, shape: "hv" },
    hovertemplate: "%{y:.1f} % of the images<extra></extra>",
  };
}

const diagonal: object = {
  type: "line",
  x0: 0,
  y0: 0,
  x1: 100,
  y1: 100,
  xref: "x",
  yref: "y",
  line: { color: quiet, width: 1.5, dash: "dot" },
  layer: "between",
};
