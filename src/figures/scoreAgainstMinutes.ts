import { checkNumber, checkOneOf, InputError, type Figure, type Result } from "../core";
import { intervalOverDraws, type ResultMetric } from "../metrics";
import { metricNames } from "./labelEfficiency";
import { legendName } from "./legendName";
import { logTicks } from "./logTicks";
import { seriesStyle } from "./palette";
import { paperAxis, paperLayout, type FigureOptions } from "./paperLayout";
import { round } from "./text";

/** A finished trial with the time that it took a machine. */
export interface TimedResult extends Result {
  /** Seconds of pretraining, of the search for settings and of training. */
  readonly machineSeconds: number;
  /** Which of the independent pretrainings it used, where there are several. */
  readonly pretraining?: number;
}

/** Seconds that an expert is taken to need for one label where nobody has said. */
export const defaultLabelSeconds = 10;

/** What `scoreAgainstMinutes` draws. */
export interface MinutesOptions extends FigureOptions {
  /** @default "balancedAccuracy" */
  readonly metric?: ResultMetric;
  /** Seconds that an expert needs for one label, above 0: a guess until someone has taken the time. @default 10 */
  readonly secondsPerLabel?: number;
  /** Whose minutes are counted. @default "both", one after the other */
  readonly of?: "both" | "expert" | "machine";
  /** Confidence level of the t-interval over draws, in (0,1). @default 0.95 */
  readonly level?: number;
}

const axisTitles = {
  both: "minutes of expert and machine",
  expert: "minutes of the expert",
  machine: "minutes of the machine",
} as const;

/**
 * Accuracy against the minutes that it costs, on a logarithmic axis: those of the expert who labels, of the machine that learns,
 * or of both; a point for each budget with its t-interval.
 * @throws InputError if there is no result, or a time is not positive
 */
export function scoreAgainstMinutes(
  results: readonly TimedResult[],
  options: MinutesOptions = {},
): Figure {
  const { metric = "balancedAccuracy", of = "both", level = 0.95 } = options;
  const { secondsPerLabel = defaultLabelSeconds } = options;
  checkOneOf("metric", metric, Object.keys(metricNames));
  checkOneOf("of", of, Object.keys(axisTitles));
  checkNumber("secondsPerLabel", secondsPerLabel, { min: 0, aboveMin: true });
  const wrong = results.find(({ machineSeconds }) => !(machineSeconds > 0 && machineSeconds < Infinity)); // prettier-ignore
  if (results.length === 0 || wrong !== undefined) {
    throw new InputError({
      got: wrong === undefined ? "no result" : `a trial of ${wrong.machineSeconds} seconds`,
      expected: "finished trials, each with the seconds that it took",
      todo: "Leave out trials whose time was not kept.",
    });
  }
  const minutes = (one: TimedResult): number =>
    ((of === "machine" ? 0 : one.labelsRead * secondsPerLabel) +
      (of === "expert" ? 0 : one.machineSeconds)) /
    60;
  const names = [...new Set(results.map(({ method }) => method))];
  const curves = names.map((name) => {
    const own = results.filter(({ method }) => method === name);
    const budgets = [...new Set(own.map((one) => one.labelsPerClass))].sort(rising);
    return { name, points: budgets.map((labels) => pointOf(own.filter((one) => one.labelsPerClass === labels), labels)) }; // prettier-ignore
  });

  function pointOf(trials: readonly TimedResult[], labels: number): Point {
    const { mean, halfWidth } = intervalOverDraws(trials.map((one) => ({ ...one, value: 100 * one[metric] })), { level }); // prettier-ignore
    const x = trials.reduce((sum, one) => sum + minutes(one), 0) / trials.length;
    return { labels, x: Number(x.toPrecision(5)), mean: round(mean), half: round(halfWidth) };
  }

  const all = curves.flatMap(({ points }) => points);
  const said =
    of === "machine" ? [] : [`An expert is taken to need ${secondsPerLabel} s for a label.`];
  return {
    data: curves.map(({ name, points }, i) => line(legendName(name, options.width), points, i)),
    layout: {
      ...paperLayout({
        ...options,
        notes: [...said, ...(options.notes ?? [])],
        plotHeight: 330,
        legend: names,
      }),
      xaxis: paperAxis(axisTitles[of], {
        type: "log",
        range: rangeOf(all.map(({ x }) => x)),
        ...logTicks(all.map(({ x }) => x)),
      }),
      yaxis: paperAxis(metricNames[metric], { range: percentRange(all) }),
    },
  };
}

/** Mean over the draws of a budget. */
interface Point {
  readonly labels: number;
  readonly x: number;
  readonly mean: number;
  readonly half: number;
}

/** 0 stands for all labels, so it is the largest budget. */
const rising = (a: number, b: number): number => (a || Infinity) - (b || Infinity) || 0;

function line(name: string, points: readonly Point[], index: number): object {
  const { colour, symbol, dash } = seriesStyle(index);
  const spread = points.some(({ half }) => !Number.isNaN(half));
  const array = points.map(({ half }) => (Number.isNaN(half) ? null : half));
  return {
    type: "scatter",
    mode: "lines+markers",
    name,
    x: points.map(({ x }) => x),
    y: points.map(({ mean }) => mean),
    ...(spread ? { error_y: { type: "data", array, color: colour, thickness: 1.2, width: 3 } } : {}), // prettier-ignore
    line: { color: colour, width: 2.5, dash },
    marker: { symbol, size: 9, color: colour, line: { color: "white", width: 1 } },
    cliponaxis: false,
    customdata: points.map(({ labels }) => (labels === 0 ? "all" : labels)),
    hovertemplate: "%{y:.1f} % after %{x:.3~g} min, %{customdata} labels a class",
  };
}

function rangeOf(values: readonly number[]): [number, number] {
  const [low, high] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
  const air = high > low ? 0.05 * (high - low) : 0.5;
  return [round(low - air), round(high + air)];
}

function percentRange(points: readonly Point[]): [number, number] {
  const ends = points.flatMap(({ mean, half }) =>
    Number.isNaN(half) ? [mean] : [mean - half, mean + half],
  );
  const [low, high] = [Math.max(0, Math.min(...ends)), Math.min(100, Math.max(...ends))];
  const air = Math.max(1, 0.06 * (high - low));
  return [round(Math.max(0, low - air)), round(Math.min(100, high + air))];
}
