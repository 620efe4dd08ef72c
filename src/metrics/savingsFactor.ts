import type { LabelRange } from "./labelCrossing";
import type { LabelsToTarget } from "./labelCurve";

/** A number that is known, or known to lie on one side of a bound, or not known. */
export interface Bounded {
  readonly value: number;
  /** "exact": interpolated; "atLeast" and "atMost": `value` is a bound; "unknown": `value` is NaN. */
  readonly bound: "exact" | "atLeast" | "atMost" | "unknown";
}

/** Interval of a factor; 0 or Infinity where the budgets set no limit. */
export interface FactorInterval {
  readonly low: number;
  readonly high: number;
  /** Confidence level, in (0,1). */
  readonly level: number;
}

/** Labels of the baseline over labels of the method, with what is known of it if one lies beyond its budgets. */
export function savingsFactor(baseline: LabelsToTarget, method: LabelsToTarget): Bounded {
  const value = baseline.labels / method.labels;
  const above = baseline.status === "notReached" || method.status === "atFirstBudget";
  const below = baseline.status === "atFirstBudget" || method.status === "notReached";
  if (above && below) return { value: NaN, bound: "unknown" };
  return { value, bound: above ? "atLeast" : below ? "atMost" : "exact" };
}

/** The interval of a factor as wide as what is told of the factor itself, whose curve is smoothed. */
export function aroundFactor(
  { low, high }: LabelRange,
  { value, bound }: Bounded,
  level: number,
): FactorInterval {
  return {
    low: bound === "atMost" ? 0 : Math.min(low, value),
    high: bound === "atLeast" ? Infinity : Math.max(high, value),
    level,
  };
}
