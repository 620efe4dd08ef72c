import { checkInteger, checkNumber, InputError, type Figure } from "../core";
import { logTicks } from "./logTicks";
import { legendName } from "./legendName";
import { seriesStyle, transparent } from "./palette";
import { paperAxis, paperLayout, type FigureOptions } from "./paperLayout";
import { escapeText, round } from "./text";

/** A number that a training reported at each step. */
export interface LearningRun {
  readonly name: string;
  /** One for each step; values that are not finite leave a gap. */
  readonly values: ArrayLike<number>;
}

/** What `learningCurve` draws. */
export interface LearningCurveOptions extends FigureOptions {
  /** @default "step" */
  readonly xLabel?: string;
  /** With its unit, where it has one. @default "loss" */
  readonly yLabel?: string;
  /** Weight of the past in a running mean, in [0,1); the raw values then stand behind it, pale. @default 0 */
  readonly smoothing?: number;
  /** @default "linear" */
  readonly yScale?: "linear" | "log";
  /** Longer runs are drawn as means of neighbours; at least 2. @default 500 */
  readonly maxPoints?: number;
}

/**
 * A number against training steps, one line a run, as `Progress.keep` gives it.
 * @throws InputError if there is no run with a value, or smoothing is outside [0,1)
 */
export function learningCurve(
  runs: readonly LearningRun[],
  options: LearningCurveOptions = {},
): Figure {
  const { xLabel = "step", yLabel = "loss", smoothing = 0, yScale = "linear" } = options;
  const { maxPoints = 500 } = options;
  checkNumber("smoothing", smoothing, { min: 0, max: 0.9999 });
  checkInteger("maxPoints", maxPoints, { min: 2 });
  if (!runs.some((run) => Array.from(run.values).some(Number.isFinite))) {
    throw new InputError({
      got: `${runs.length} runs without a value`,
      expected: "at least one run with a finite value",
      todo: "Give the values that the training kept.",
    });
  }
  const legend = runs.length > 1 ? runs.map((run) => run.name) : [];
  const ticks =
    yScale === "log" ? logTicks(runs.flatMap((run) => Array.from(run.values))) : { nticks: 7 };
  return {
    data: runs.flatMap((run, i) => lines(run, i, { ...options, smoothing, maxPoints })),
    layout: {
      ...paperLayout({ right: 28, ...options, left: 84, plotHeight: 300, legend }),
      xaxis: paperAxis(escapeText(xLabel), { rangemode: "tozero", nticks: 7 }),
      yaxis: paperAxis(escapeText(yLabel), { type: yScale, ...ticks }),
    },
  };
}

function lines(
  run: LearningRun,
  index: number,
  { smoothing, maxPoints, width }: FigureOptions & { smoothing: number; maxPoints: number },
): object[] {
  const { colour, dash } = seriesStyle(index);
  const common = { type: "scatter", mode: "lines", legendgroup: run.name };
  const raw = thinned(run.values, maxPoints);
  const pale = {
    ...common,
    ...raw,
    showlegend: false,
    hoverinfo: "skip",
    line: { color: transparent(colour, 0.3), width: 1 },
  };
  const shown = smoothing > 0 ? thinned(runningMean(run.values, smoothing), maxPoints) : raw;
  const main = {
    ...common,
    ...shown,
    name: legendName(run.name, width),
    line: { color: colour, width: 2.5, dash },
    ...loneMarkers(shown.y, colour),
    hovertemplate: "%{y:.4g} at %{x}",
  };
  return smoothing > 0 ? [pale, main] : [main];
}

/** A line has two ends; a value between gaps is a point, and so is a run of one step. */
function loneMarkers(values: readonly (number | null)[], color: string): object {
  const isThere = (i: number): boolean => (values[i] ?? null) !== null;
  const alone = values.map((_, i) => isThere(i) && !isThere(i - 1) && !isThere(i + 1));
  if (!alone.includes(true)) return {};
  return {
    mode: "lines+markers",
    marker: { color, opacity: 1, size: alone.map((is) => (is ? 9 : 0)) },
  };
}

/** Means of equally many neighbours, at the middle of their steps, counted from 1. */
function thinned(
  values: ArrayLike<number>,
  maxPoints: number,
): { x: number[]; y: (number | null)[] } {
  const list = Array.from(values);
  const size = Math.max(1, Math.ceil(list.length / maxPoints));
  const x: number[] = [];
  const y: (number | null)[] = [];
  for (let from = 0; from < list.length; from += size) {
    const part = list.slice(from, from + size);
    const finite = part.filter(Number.isFinite);
    const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
    x.push(from + (part.length + 1) / 2);
    y.push(finite.length === 0 ? null : significant(mean));
  }
  return { x, y };
}

/** Exponential mean, divided by the weight it has so far, so that its start does not lean towards 0. */
function runningMean(values: ArrayLike<number>, smoothing: number): number[] {
  let mean = 0;
  let weight = 0;
  return Array.from(values, (value) => {
    if (!Number.isFinite(value)) return NaN;
    mean = smoothing * mean + (1 - smoothing) * value;
    weight = smoothing * weight + (1 - smoothing);
    return mean / weight;
  });
}

const significant = (value: number): number =>
  value === 0
    ? 0
    : round(value, Math.min(100, Math.max(0, 5 - Math.floor(Math.log10(Math.abs(value))))));
