import { InputError } from "../core";
import { fewestBudgets, forecastCurve, type WeighedFit } from "./forecastCurve";
import type { CurvePoint } from "./fitCurve";
import { fewestDraws } from "./enoughDraws";
import { intervalOverDraws } from "./intervalOverDraws";
import { labelsToTarget, type LabelPoint } from "./labelCurve";
import { labelsFor, pairDraws } from "./pairDraws";

/** What is asked of the curves. */
export interface PlanLabelsOptions {
  /** The score that is wanted, in (0,1). */
  readonly target: number;
}

/** A score to come, with the range that is meant to hold 95 %. */
export interface ScoreForecast {
  readonly labels: number;
  /** In [0,1], as the ends of the range. */
  readonly score: number;
  readonly low: number;
  readonly high: number;
}

/** A mean score so far. */
export interface PlanPoint {
  readonly labels: number;
  readonly score: number;
  /** Half of its 95 % interval over draws. */
  readonly halfWidth: number;
}

/** What the same forecast would have said earlier, and what was found. */
export interface PlanBackTest extends ScoreForecast {
  /** The largest budget that it was made from. */
  readonly seen: number;
  /** The mean score that was found. */
  readonly found: number;
  /** Labels that it asks for the score that was found over those that it took; Infinity where it says that this is never reached. */
  readonly asked: number;
}

/** How many labels a score needs. */
export interface NeededLabels {
  /**
   * "reached": with one of the budgets so far; "within": by at most twice the labels; "rough": by at most four times; "beyond": these curves cannot tell. The range
   * of "within" and "rough" may end beyond.
   */
  readonly verdict: "reached" | "within" | "rough" | "beyond";
  /** Interpolated where it is reached; else forecast; NaN beyond. */
  readonly labels: number;
  /** Fewest labels of the range, 0 where the budgets set no lower limit; at most four times the labels so far. */
  readonly low: number;
  /** Most labels of the range; Infinity where the range ends beyond four times the labels, or never. */
  readonly high: number;
}

/** A learning curve so far and to come. */
export interface LabelPlan {
  readonly target: number;
  /** Mean scores so far, by rising budget. */
  readonly points: readonly PlanPoint[];
  readonly needed: NeededLabels;
  readonly fits: readonly WeighedFit[];
  /** Labels up to which a forecast counts, and up to which it is rough. */
  readonly horizon: readonly [within: number, rough: number];
  readonly backTest: readonly PlanBackTest[];
  readonly forecast: (labels: number) => ScoreForecast;
}

const within = 2;
const rough = 4;

/**
 * The label budget planner: forecasts a learning curve from the budgets already run and reads off with how many labels it reaches a score. The range comes
 * from four models and from what they missed in the past (`backTest`); it held the true score in 91 to 99 % of the simulated studies of
 * test/bench/coverage.ts, up to four times the labels, beyond which nothing is said. Only for labels drawn at random, and not for those that a method chose.
 * @throws InputError if there are fewer than four budgets or three draws, or a budget lacks scores
 * @see Mahmood et al. 2022, "How much more data do I need?", arXiv:2207.01725
 */
export function planLabels(
  points: readonly LabelPoint[],
  { target }: PlanLabelsOptions,
): LabelPlan {
  if (!(target > 0 && target <= 1)) {
    throw new InputError({
      got: `target ${target}`,
      expected: "a score above 0 and at most 1",
      todo: "Write 0.9 for 90 %.",
    });
  }
  const curve = meanErrors(points);
  const last = curve[curve.length - 1].labels;
  const { fits, forecast } = forecaster(curve);
  return {
    target,
    points: curve.map(({ labels, error, halfWidth }) => ({ labels, score: 1 - error, halfWidth })),
    needed: reachedLabels(points, target) ?? neededLabels(last, target, forecast),
    fits,
    horizon: [within * last, rough * last],
    backTest: backTest(curve),
    forecast,
  };
}

interface MeanError extends CurvePoint {
  readonly halfWidth: number;
}

function meanErrors(points: readonly LabelPoint[]): MeanError[] {
  const budgets = [...new Set(points.map((point) => point.labels))].sort((a, b) => a - b);
  const draws = new Set(points.map((point) => point.draw)).size;
  if (budgets.length < fewestBudgets + 1 || draws < fewestDraws) {
    throw new InputError({
      got: `${budgets.length} budgets (${budgets.join(", ") || "none"}) with ${draws} ${draws === 1 ? "draw" : "draws"}`,
      expected: `at least ${fewestBudgets + 1} budgets and ${fewestDraws} draws`,
      todo: 'Run the study with more of "labelsPerClass", for example [1, 2, 5, 10, 20], and of "draws".',
    });
  }
  return budgets.map((labels) => {
    const own = points.filter((point) => point.labels === labels);
    const { mean, standardError, halfWidth } = intervalOverDraws(own);
    if (Number.isNaN(halfWidth)) {
      throw new InputError({
        got: `fewer than ${fewestDraws} independent draws at ${labels} labels`,
        expected:
          "at least three draws at every budget, each with its own pretraining where there are several",
        todo: "Finish the study, or leave out that budget.",
      });
    }
    return { labels, error: 1 - mean, standardError, halfWidth };
  });
}

interface Forecaster {
  readonly fits: readonly WeighedFit[];
  readonly forecast: (labels: number) => ScoreForecast;
}

function forecaster(curve: readonly MeanError[]): Forecaster {
  const { fits, at } = forecastCurve(curve);
  const last = curve[curve.length - 1].labels;
  const lowAt = (labels: number): number => 1 - at(labels).error - at(labels).halfWidth;
  // More labels do not make the task harder: the range does not fall below where it begins.
  const floor = Math.max(0, lowAt(last));
  const forecast = (labels: number): ScoreForecast => {
    const { error, halfWidth } = at(labels);
    const low = labels > last ? Math.max(floor, lowAt(labels)) : Math.max(0, lowAt(labels));
    return { labels, score: 1 - error, low, high: Math.min(1, 1 - error + halfWidth) };
  };
  return { fits, forecast };
}

/** Where the curve is there already: read off between its budgets, with the range in which a t-test does not tell it from the score. */
function reachedLabels(points: readonly LabelPoint[], target: number): NeededLabels | undefined {
  const { method, units } = pairDraws(points, points);
  const { status, labels } = labelsToTarget(method.mean, target);
  if (status === "notReached") return undefined;
  const targets = method.rows.map(() => target);
  const { low, high } = labelsFor(method, targets, units, 0.95) ?? { low: 0, high: Infinity };
  return { verdict: "reached", labels, low: Math.min(low, labels), high: Math.max(high, labels) };
}

function neededLabels(
  last: number,
  target: number,
  forecast: (labels: number) => ScoreForecast,
): NeededLabels {
  const first = (edge: "score" | "low" | "high"): number =>
    firstLabels(last, (labels) => forecast(labels)[edge] - target);
  const labels = first("score");
  const low = Math.min(first("high"), rough * last);
  const high = first("low");
  if (labels > rough * last) return { verdict: "beyond", labels: NaN, low, high };
  return { verdict: labels <= within * last ? "within" : "rough", labels, low, high };
}

/** Points of the search, over two doublings. */
const steps = 160;

/** The fewest labels within the horizon at which something is not below 0; Infinity if nowhere. */
function firstLabels(last: number, above: (labels: number) => number): number {
  const at = (step: number): number => last * rough ** (step / steps);
  let before = above(last);
  if (before >= 0) return last;
  for (let step = 1; step <= steps; step++) {
    const now = above(at(step));
    if (now >= 0) return at(step - now / (now - before));
    before = now;
  }
  return Infinity;
}

/** The same forecast from the first budgets of the curve, four at least, held against the later ones up to four times as large. */
function backTest(curve: readonly MeanError[]): PlanBackTest[] {
  const rows: PlanBackTest[] = [];
  for (let count = fewestBudgets + 1; count < curve.length; count++) {
    const { forecast } = forecaster(curve.slice(0, count));
    const seen = curve[count - 1].labels;
    for (const { labels, error } of curve.slice(count)) {
      if (labels > rough * seen) continue;
      const found = 1 - error;
      rows.push({ ...forecast(labels), seen, found, asked: asked(forecast, found, seen) / labels });
    }
  }
  return rows;
}

/** Labels that a forecast asks for a score, from an eighth to a thousand times those that it has seen; Infinity beyond. */
function asked(forecast: Forecaster["forecast"], score: number, seen: number): number {
  for (let doublings = -3; doublings < 10; doublings += 0.02) {
    const labels = seen * 2 ** doublings;
    if (forecast(labels).score >= score) return labels;
  }
  return Infinity;
}
