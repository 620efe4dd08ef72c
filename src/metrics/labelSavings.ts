import { checkInteger, checkNumber, InputError, type Rng } from "../core";
import {
  labelCurve,
  labelsToTarget,
  scoreToCompare,
  type LabelPoint,
  type LabelsToTarget,
} from "./labelCurve";

/** Two methods on the same draws, and how to compare them. */
export interface LabelSavingsOptions {
  /** Trials of the method that labels are saved against. */
  readonly baseline: readonly LabelPoint[];
  /** Trials of the method that saves them; the same draws. */
  readonly method: readonly LabelPoint[];
  /** The score at which labels are counted. @default the lower of what both reach at their largest budget but one */
  readonly target?: number;
  /** Random numbers of the bootstrap; without them there is no interval. */
  readonly rng?: Rng;
  /** Bootstrap resamples, at least 1. @default 1000 */
  readonly resamples?: number;
  /** Confidence level of the interval, in (0,1). @default 0.95 */
  readonly level?: number;
}

/** A number that is known, or known to lie on one side of a bound, or not known. */
export interface Bounded {
  readonly value: number;
  /** "exact": interpolated; "atLeast" and "atMost": `value` is a bound; "unknown": `value` is NaN. */
  readonly bound: "exact" | "atLeast" | "atMost" | "unknown";
}

/** How many labels a method saves at one score. */
export interface LabelSavings {
  readonly target: number;
  readonly baseline: LabelsToTarget;
  readonly method: LabelsToTarget;
  /** Labels of the baseline for one label of the method: 4 means a quarter of the labels. */
  readonly factor: Bounded;
  /** Share of labels saved, 1 - method / baseline, at most 1; below 0 the method needs more. Same bound as `factor`. */
  readonly share: Bounded;
  /** Percentile bootstrap interval of the factor over draws; 0 or Infinity where the budgets set no limit. */
  readonly interval?: { readonly low: number; readonly high: number; readonly level: number };
}

/**
 * Annotation savings: labels that the baseline needs for a score over labels that the method needs. Both are read off
 * non-decreasing mean curves, linear in log labels; a score beyond the budgets gives a bound, never an extrapolated number. The
 * interval resamples draws with replacement, the same for both methods, at a fixed score; with few draws it is too narrow.
 * @throws InputError if the methods' draws differ, so that they cannot be paired
 */
export function labelSavings(options: LabelSavingsOptions): LabelSavings {
  const { rng, level = 0.95, resamples = 1000 } = options;
  checkNumber("level", level, { min: 0, max: 1 });
  checkInteger("resamples", resamples, { min: 1 });
  const baseline = byDraw(options.baseline, "baseline");
  const method = byDraw(options.method, "method");
  const draws = pairedDraws(baseline, method);
  const curves = [labelCurve(options.baseline), labelCurve(options.method)] as const;
  const target =
    options.target ?? Math.min(scoreToCompare(options.baseline), scoreToCompare(options.method));
  checkNumber("target", target);
  const [ofBaseline, ofMethod] = curves.map((curve) => labelsToTarget(curve, target));
  const factor = savingsFactor(ofBaseline, ofMethod);
  const share = { value: 1 - 1 / factor.value, bound: factor.bound };
  const savings = { target, baseline: ofBaseline, method: ofMethod, factor, share };
  if (rng === undefined) return savings;
  const ratios = Array.from({ length: resamples }, () => {
    const chosen = draws.map(() => draws[rng.integer(draws.length)]);
    const again = [baseline, method].map((points) =>
      labelsToTarget(labelCurve(chosen.flatMap((draw) => points.get(draw) ?? [])), target),
    );
    return savingsFactor(again[0], again[1]);
  });
  return { ...savings, interval: { ...percentiles(ratios, level), level } };
}

/** Labels of the baseline over labels of the method, with what is known of it if one lies beyond its budgets. */
export function savingsFactor(baseline: LabelsToTarget, method: LabelsToTarget): Bounded {
  const value = baseline.labels / method.labels;
  const above = baseline.status === "notReached" || method.status === "atFirstBudget";
  const below = baseline.status === "atFirstBudget" || method.status === "notReached";
  if (above && below) return { value: NaN, bound: "unknown" };
  return { value, bound: above ? "atLeast" : below ? "atMost" : "exact" };
}

type Draws = ReadonlyMap<number, readonly LabelPoint[]>;

function byDraw(points: readonly LabelPoint[], name: string): Draws {
  const draws = new Map<number, LabelPoint[]>();
  for (const point of points) {
    const own = draws.get(point.draw) ?? [];
    if (own.some((other) => other.labels === point.labels)) {
      throw new InputError({
        got: `two scores of the ${name} at ${point.labels} labels, draw ${point.draw}`,
        expected: "one score for each budget and draw",
        todo: "Compare one method of one study at a time.",
      });
    }
    draws.set(point.draw, [...own, point]);
  }
  return draws;
}

function pairedDraws(baseline: Draws, method: Draws): number[] {
  const sorted = (draws: Draws): number[] => [...draws.keys()].sort((a, b) => a - b);
  const [own, others] = [sorted(baseline), sorted(method)];
  if (own.length > 0 && own.join() === others.join()) return own;
  throw new InputError({
    got: `draws ${own.join(", ") || "(none)"} of the baseline and ${others.join(", ") || "(none)"} of the method`,
    expected: "the same draws of labels for both",
    todo: "Finish the study, or leave out the draws that one of them lacks.",
  });
}

/** Each resample counts as the range that it allows, so that one without an answer widens the interval. */
function percentiles(ratios: readonly Bounded[], level: number): { low: number; high: number } {
  const free = (bound: Bounded["bound"], side: Bounded["bound"]): boolean =>
    bound === "unknown" || bound === side;
  const lows = ratios.map(({ value, bound }) => (free(bound, "atMost") ? 0 : value));
  const highs = ratios.map(({ value, bound }) => (free(bound, "atLeast") ? Infinity : value));
  const tail = (1 - level) / 2;
  const at = (values: number[], rank: number): number => values.sort((a, b) => a - b)[rank];
  const cut = Math.floor(tail * ratios.length);
  return { low: at(lows, cut), high: at(highs, ratios.length - 1 - cut) };
}
