import { createRng, type Result } from "../core";
import {
  labelPoints,
  labelSavings,
  type Bounded,
  type LabelSavings,
  type LabelsToTarget,
  type ResultMetric,
} from "../metrics";

/** How many labels one method saves against the baseline. */
export interface SavingsRow extends LabelSavings {
  readonly name: string;
  readonly against: string;
}

/**
 * Compares every method with the baseline at the highest score that both reach: labels needed by each, read off mean
 * curves, never extrapolated.
 */
export function savings(
  results: readonly Result[],
  baseline: string,
  metric: ResultMetric,
  seed: number,
): SavingsRow[] {
  const names = [...new Set(results.map((result) => result.method))];
  const points = labelPoints(results, { method: baseline, metric });
  if (points.length === 0) return [];
  const budgets = new Set(points.map((point) => point.labels));
  if (budgets.size < 2) return [];
  return names
    .filter((name) => name !== baseline)
    .flatMap((name) => {
      const method = labelPoints(results, { method: name, metric });
      if (method.length !== points.length) return [];
      const rng = createRng(seed).fork("label savings").fork(name);
      return [{ name, against: baseline, ...labelSavings({ baseline: points, method, rng }) }];
    });
}

/** The comparison in words, a line a method. */
export function savingsText(rows: readonly SavingsRow[]): string {
  const first = rows[0];
  if (first === undefined) return "";
  const width = Math.max(...rows.map((row) => row.name.length));
  const lines = rows.map((row) => {
    const score = `${(100 * row.target).toFixed(1)} %`.padStart(7);
    const needed = `${labels(row.method)} labels a class, not ${labels(row.baseline)}`;
    return `  ${row.name.padEnd(width)} ${score} with ${needed}: ${factor(row.factor)}${range(row)}`;
  });
  return [`Labels for a score that both the method and "${first.against}" reach:`, ...lines].join(
    "\n",
  );
}

function range({ interval, factor: { value, bound } }: SavingsRow): string {
  if (interval === undefined || bound !== "exact") return "";
  const { low, high } = interval;
  // Told the same way round as the factor itself.
  const [from, to] = value < 1 ? [1 / high, 1 / low] : [low, high];
  const end = Number.isFinite(to) ? to.toFixed(1) : "more";
  return ` (${from.toFixed(1)} to ${end} in 95 % of resampled draws)`;
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
