import { createRng, type Result } from "../core";
import {
  labelCurve,
  labelPoints,
  labelSavings,
  type Bounded,
  type LabelSavings,
  type LabelsToTarget,
} from "../metrics";
import type { Metric } from "./summary";

/** How many labels one method saves against the baseline. */
export interface SavingsRow extends LabelSavings {
  readonly name: string;
  readonly against: string;
}

/**
 * Compares every method with the baseline at the score that the baseline reaches with its largest budget: labels needed
 * by each, read off mean curves, never extrapolated.
 */
export function savings(
  results: readonly Result[],
  baseline: string,
  metric: Metric,
  seed: number,
): SavingsRow[] {
  const names = [...new Set(results.map((result) => result.method))];
  const points = labelPoints(results, { method: baseline, metric });
  if (points.length === 0) return [];
  const budgets = new Set(points.map((point) => point.labels));
  if (budgets.size < 2) return [];
  const target = labelCurve(points).values.at(-1);
  return names
    .filter((name) => name !== baseline)
    .flatMap((name) => {
      const method = labelPoints(results, { method: name, metric });
      if (method.length !== points.length) return [];
      const rng = createRng(seed).fork("label savings").fork(name);
      return [
        { name, against: baseline, ...labelSavings({ baseline: points, method, target, rng }) },
      ];
    });
}

/** The comparison in words, a line a method. */
export function savingsText(rows: readonly SavingsRow[]): string {
  const first = rows[0];
  if (first === undefined) return "";
  const head = `Labels a class for ${(100 * first.target).toFixed(1)} %, which "${first.against}" reaches with ${labels(first.baseline)}:`;
  const width = Math.max(...rows.map((row) => row.name.length));
  const lines = rows.map((row) => {
    const { interval } = row;
    const range =
      interval === undefined || row.factor.bound !== "exact"
        ? ""
        : ` (${interval.low.toFixed(1)} to ${Number.isFinite(interval.high) ? interval.high.toFixed(1) : "more"} times in 95 % of resampled draws)`;
    return `  ${row.name.padEnd(width)}  ${labels(row.method)}: ${factor(row.factor)}${range}`;
  });
  return [head, ...lines].join("\n");
}

function labels({ status, labels: n }: LabelsToTarget): string {
  if (status === "notReached") return `more than ${n}`;
  if (status === "atFirstBudget") return `${n} or fewer`;
  return n.toFixed(1);
}

function factor({ value, bound }: Bounded): string {
  if (bound === "unknown") return "no statement";
  const times = `${value.toFixed(1)} times fewer`;
  if (bound === "atLeast") return `at least ${times}`;
  if (bound === "atMost") return value <= 1 ? "no label saved" : `at most ${times}`;
  return value < 1 ? `${(1 / value).toFixed(1)} times more` : times;
}
