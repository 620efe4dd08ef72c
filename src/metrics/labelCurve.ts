import { InputError } from "../core";
import { isotonic } from "./isotonic";

/** What one trial reached with a number of labels. */
export interface LabelPoint {
  /** Labels, per class or in all, above 0; the same way in all points. */
  readonly labels: number;
  /** Which draw of labels; draws of the same number are pairs. */
  readonly draw: number;
  /** The score, higher is better: balanced accuracy, say. */
  readonly value: number;
  /** Which pretraining the trial used, where there is more than one; draws that share it are not independent. */
  readonly pretraining?: number;
}

/** Mean score by rising number of labels, made non-decreasing. */
export interface LabelCurve {
  readonly labels: readonly number[];
  readonly values: readonly number[];
}

/** Where a curve reaches a score: between its budgets, already at its first, or not at all. */
export interface LabelsToTarget {
  readonly status: "reached" | "atFirstBudget" | "notReached";
  /** Interpolated labels; where not "reached" the budget that bounds them: at most the first, or more than the last. */
  readonly labels: number;
}

/**
 * The curve of some trials: mean over draws at each budget, then the nearest non-decreasing curve (isotonic regression, weighted by
 * the number of draws), since more labels do not make the task harder and a dip is noise.
 * @throws InputError if there is no point, or one has no labels or no finite value
 */
export function labelCurve(points: readonly LabelPoint[]): LabelCurve {
  const wrong = points.find(({ labels, value }) => !(labels > 0 && Number.isFinite(value)));
  if (points.length === 0 || wrong !== undefined) {
    throw new InputError({
      got: wrong === undefined ? "no point" : `the score ${wrong.value} at ${wrong.labels} labels`,
      expected: "finite scores at numbers of labels above 0",
      todo: "Leave out trials with all labels (labelsPerClass 0), or give their number of labels.",
    });
  }
  const budgets = new Map<number, { sum: number; n: number }>();
  for (const { labels, value } of points) {
    const { sum, n } = budgets.get(labels) ?? { sum: 0, n: 0 };
    budgets.set(labels, { sum: sum + value, n: n + 1 });
  }
  const sorted = [...budgets].sort(([a], [b]) => a - b);
  return {
    labels: sorted.map(([labels]) => labels),
    values: isotonic(
      sorted.map(([, { sum, n }]) => sum / n),
      sorted.map(([, { n }]) => n),
    ),
  };
}

/**
 * The score at which methods are compared unless another is asked for: what the mean curve reaches at its largest budget but one. At the
 * largest itself every second resample of the draws would not get there.
 * @throws InputError as `labelCurve`
 */
export function scoreToCompare(points: readonly LabelPoint[]): number {
  const { values } = labelCurve(points);
  return values[Math.max(0, values.length - 2)];
}

/** The fewest labels with which a curve reaches a score, linear in log labels between budgets; never extrapolated. */
export function labelsToTarget({ labels, values }: LabelCurve, target: number): LabelsToTarget {
  const at = values.findIndex((value) => value >= target);
  if (at === -1) return { status: "notReached", labels: labels[labels.length - 1] };
  if (at === 0) return { status: "atFirstBudget", labels: labels[0] };
  const share = (target - values[at - 1]) / (values[at] - values[at - 1]);
  const [low, high] = [Math.log(labels[at - 1]), Math.log(labels[at])];
  // At the budget itself its own number, which exp(log(n)) need not give.
  const interpolated = share === 1 ? labels[at] : Math.exp(low + share * (high - low));
  return { status: "reached", labels: interpolated };
}
