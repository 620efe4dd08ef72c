import type * as MlMatrix from "ml-matrix";

/** Weights of the features, then the constant. */
export type LogisticWeights = readonly number[];

/**
 * Logistic regression with weighted examples and squared weights in check, by Newton's method.
 * @param rows one list of features for each example
 * @param labels 1 or 0
 * @param strength of the penalty on the weights, the constant left free
 */
export function fitLogistic(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  importance: readonly number[],
  strength: number,
): LogisticWeights {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when first used
  const { Matrix, solve } = require("ml-matrix") as typeof MlMatrix;
  const size = rows[0].length + 1;
  const weights = new Array<number>(size).fill(0);
  for (let round = 0; round < 50; round++) {
    const gradient = weights.map((weight, k) => (k < size - 1 ? strength * weight : 0));
    const curvature = Matrix.zeros(size, size);
    for (let k = 0; k < size; k++) curvature.set(k, k, k < size - 1 ? strength : 1e-6);
    rows.forEach((row, n) => {
      const p = logistic(row, weights);
      const pull = importance[n] * (p - labels[n]);
      const bend = importance[n] * Math.max(p * (1 - p), 1e-9);
      for (let k = 0; k < size; k++) {
        const a = k < size - 1 ? row[k] : 1;
        gradient[k] += pull * a;
        for (let l = 0; l <= k; l++) {
          const b = l < size - 1 ? row[l] : 1;
          curvature.set(k, l, curvature.get(k, l) + bend * a * b);
        }
      }
    });
    for (let k = 0; k < size; k++)
      for (let l = 0; l < k; l++) curvature.set(l, k, curvature.get(k, l));
    const step = solve(curvature, Matrix.columnVector(gradient)).to1DArray();
    // A step that is too long for the flat ends of the curve is cut.
    const longest = step.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const cut = longest > 4 ? 4 / longest : 1;
    for (let k = 0; k < size; k++) weights[k] -= cut * step[k];
    if (longest < 1e-6) break;
  }
  return weights;
}

/** Probability of label 1. */
function logistic(row: ArrayLike<number>, weights: LogisticWeights): number {
  let sum = weights[weights.length - 1];
  for (let k = 0; k < row.length; k++) sum += row[k] * weights[k];
  return 1 / (1 + Math.exp(-sum));
}
