import { defined, InputError, type Figure } from "../../core";
import {
  labelEfficiency,
  labelSavings,
  learningCurve,
  methodDifferences,
  reliability,
  riskCoverage,
  scoreAgainstMinutes,
  scoreMap,
  type ReliabilityRun,
  type RiskRun,
} from "../../figures";
import { calibrationOfBins, type Calibration, type ResultMetric } from "../../metrics";
import type { ReliabilityCounts } from "../store/record";
import { budgetWords } from "./methodsText";
import type { ReportData, TimedRecord } from "./readReport";
import { words } from "./specText";

/** A figure with its place on the page. */
export interface ReportFigure {
  /** Name of its file, without the ending. */
  readonly name: string;
  readonly heading: string;
  /** Undefined where it cannot be drawn, which `caption` then explains. */
  readonly figure: Figure | undefined;
  /** What is to be known of it, in sentences. */
  readonly caption: string;
}

/** What the figures need beside the data. */
export interface FigureContext {
  readonly metric: ResultMetric;
  readonly baseline: string;
  readonly chance: number;
  readonly notes: readonly string[];
  readonly secondsPerLabel: number | undefined;
  /** Labels a class that calibration and risk are shown at. */
  readonly budget: number;
}

/** Methods at most in figures of one budget, the best ones. */
const mostRuns = 6;

/** All figures of a report that its results allow. */
export function reportFigures(data: ReportData, context: FigureContext): ReportFigure[] {
  const { results } = data;
  const { metric, baseline, chance, notes, secondsPerLabel } = context;
  const timed = results.filter(({ machineSeconds }) => Number.isFinite(machineSeconds));
  const untimed = results.length - timed.length;
  const lacking = untimed === 0 ? "" : ` ${untimed} trials are left out, since the time of some part of them was not kept in this folder.`; // prettier-ignore
  const several = new Set(results.map(({ method }) => method)).size > 1;
  const against = several && results.some(({ method }) => method === baseline) ? { against: baseline } : {}; // prettier-ignore
  const minutes = defined({ secondsPerLabel });
  return [
    draw(
      "accuracy-against-labels",
      "Accuracy against labels",
      "Mean over the draws of labelled images, with 95 % t-intervals.",
      () => labelEfficiency(results, { metric, chance, notes, ...against }),
    ),
    ...(several
      ? [
          draw("label-savings", "Labels saved", "Read off the curves, never extrapolated.", () =>
            labelSavings(results, { metric, baseline }),
          ),
          draw(
            "differences",
            `Differences from “${baseline}”`,
            "Each method less the baseline, draw by draw.",
            () => methodDifferences(results, { metric, against: baseline }),
          ),
        ]
      : []),
    draw("map", "Methods and budgets", "", () => scoreMap(results, { metric })),
    draw(
      "accuracy-against-minutes",
      "Accuracy against minutes of expert and machine",
      `What a result costs from the first label on: an expert who labels, then the machine that pretrains, searches and trains, as if for this trial alone.${lacking}`,
      () => scoreAgainstMinutes(timed, { metric, ...minutes }),
    ),
    draw(
      "accuracy-against-machine-time",
      "Time against accuracy",
      `Minutes of the machine alone, pretraining and search included, as measured on the machine that is named below.${lacking}`,
      () => scoreAgainstMinutes(timed, { metric, of: "machine" }),
    ),
    ...certainty(results, context),
    ...learning(data),
  ];
}

function draw(name: string, heading: string, caption: string, make: () => Figure): ReportFigure {
  try {
    return { name, heading, caption, figure: make() };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { name, heading, figure: undefined, caption: `Not drawn: ${error.message}` };
  }
}

/** Reliability and risk against coverage at one budget, all draws put together. */
function certainty(
  results: readonly TimedRecord[],
  { budget, metric }: FigureContext,
): ReportFigure[] {
  const own = results.filter((one) => one.labelsPerClass === budget && one.risks !== undefined);
  const names = [...new Set(own.map(({ method }) => method))];
  const of = (name: string): TimedRecord[] => own.filter(({ method }) => method === name);
  const score = (name: string): number =>
    of(name).reduce((sum, one) => sum + one[metric], 0) / of(name).length;
  const best = new Set([...names].sort((a, b) => score(b) - score(a)).slice(0, mostRuns));
  const shown = names.filter((name) => best.has(name));
  const fewer = shown.length < names.length ? ` The ${mostRuns} best of ${names.length} methods.` : ""; // prettier-ignore
  const captionOf = (brackets: string): string =>
    own.length === 0
      ? "The records are of a version that did not keep it; run the study again in another folder."
      : `With ${budgetWords(results, budget)}, the test images of all draws together; in brackets ${brackets}.${fewer}`;
  const calibrated = (name: string): ReliabilityRun => ({
    name,
    calibration: pooled(of(name).map((one) => one.reliability ?? [])),
  });
  const risky = (name: string): RiskRun => ({
    name,
    risks: meanOf(of(name).map((one) => one.risks ?? [])),
  });
  return [
    draw("reliability", "Reliability", captionOf("the expected calibration error"), () =>
      reliability(shown.map(calibrated)),
    ),
    draw("risk-coverage", "Risk against coverage", captionOf("the area under the curve"), () =>
      riskCoverage(shown.map(risky)),
    ),
  ];
}

/** The bins of several trials as one. */
function pooled(trials: readonly (readonly ReliabilityCounts[])[]): Calibration {
  const size = Math.max(...trials.map((bins) => bins.length));
  const bins = Array.from({ length: size }, (_, i) => {
    const own = trials.flatMap((counts) => counts[i] ?? []);
    const count = own.reduce((sum, one) => sum + one.count, 0);
    return {
      low: i / size,
      high: (i + 1) / size,
      count,
      confidence: own.reduce((sum, one) => sum + one.count * one.confidence, 0) / count,
      accuracy: own.reduce((sum, one) => sum + one.right, 0) / count,
    };
  });
  return calibrationOfBins(bins);
}

const meanOf = (lists: readonly (readonly number[])[]): number[] =>
  (lists[0] ?? []).map((_, i) => lists.reduce((sum, list) => sum + list[i], 0) / lists.length);

/** The losses of pretraining, a figure a technique, since their losses are not of one scale. */
function learning({ losses }: ReportData): ReportFigure[] {
  const techniques = [...new Set(losses.map(({ technique }) => technique))];
  return techniques.map((technique, i) => {
    const runs = losses.filter((one) => one.technique === technique);
    const shown = runs.slice(0, mostRuns);
    const fewer = shown.length < runs.length ? ` The first ${mostRuns} of ${runs.length}.` : "";
    return draw(
      techniques.length === 1 ? "learning-curves" : `learning-curves-${i + 1}`,
      `Learning curves: ${words(technique)}`,
      `Loss of pretraining at each step, pale, and its running mean.${fewer}${shown.length === 1 ? ` ${shown[0].name}.` : ""}`, // prettier-ignore
      () => learningCurve(shown, { smoothing: 0.9 }),
    );
  });
}
