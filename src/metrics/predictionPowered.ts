import { InputError } from "../core";

/** A mean from few labels and many predictions. */
export interface PredictionPowered {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly standardError: number;
  /** How far predictions are trusted, in [0,1]; 0 is the plain mean of the labels. */
  readonly trust: number;
}

/** How sure, and how much predictions count. */
export interface PredictionPoweredOptions {
  /** In [0,1]. @default what makes the variance least */
  readonly trust?: number;
  /** Normal quantile of the level. @default 1.959963984540054, for 95 % */
  readonly z?: number;
}

/**
 * The mean of what labels say, helped by predictions of many without: right or wrong of few labels, and the model's confidence of all. Its interval is that of large samples,
 * too narrow for few labels and shares near 1; it may leave [0,1].
 * @param labels what was found, n
 * @param predicted what was predicted of the same, n
 * @param others predictions of all others, N
 * @throws InputError unless there are two labels and two others at least
 * @see Angelopoulos, Duchi & Zrnic 2023, arXiv:2311.01453
 */
export function predictionPowered(
  labels: readonly number[],
  predicted: readonly number[],
  others: readonly number[],
  { trust, z = 1.959963984540054 }: PredictionPoweredOptions = {},
): PredictionPowered {
  const [n, N] = [labels.length, others.length];
  if (n < 2 || N < 2 || predicted.length !== n) {
    throw new InputError({
      got: `${n} labels with ${predicted.length} predictions, and ${N} others`,
      expected: "two labels at least, a prediction of each, and two others",
      todo: "Label more at random.",
    });
  }
  const spread = variance([...predicted, ...others]);
  const together = covariance(labels, predicted);
  const best = spread > 0 ? together / ((1 + n / N) * spread) : 0;
  const used = trust ?? Math.min(1, Math.max(0, best));
  const left = labels.map((label, i) => label - used * predicted[i]);
  const mean = used * average(others) + average(left);
  const standardError = Math.sqrt((used ** 2 * variance(others)) / N + variance(left) / n);
  return { mean, standardError, trust: used, low: mean - z * standardError, high: mean + z * standardError }; // prettier-ignore
}

const average = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;

function covariance(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [average(a), average(b)];
  return a.reduce((sum, value, i) => sum + (value - meanA) * (b[i] - meanB), 0) / a.length;
}

const variance = (values: readonly number[]): number => covariance(values, values);
