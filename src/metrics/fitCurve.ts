import type * as MlMatrix from "ml-matrix";
import { checkNumber, InputError } from "../core";
import { curveShapes, type CurveModel, type CurveShape } from "./curveModels";

/** A mean error at one budget. */
export interface CurvePoint {
  /** Labels, per class or in all, above 0. */
  readonly labels: number;
  /** 1 less the score, in [0,1]. */
  readonly error: number;
  /** Of the mean error; without any, all points count the same. */
  readonly standardError?: number;
}

/** How a curve is fitted. */
export interface FitCurveOptions {
  readonly model: CurveModel;
  /** No standard error counts as smaller, above 0: a model is no better than that. @default 0.005 */
  readonly floor?: number;
}

/** A model fitted to a learning curve. */
export interface CurveFit {
  readonly model: CurveModel;
  /** By the names of the learning curve database. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Of the parameters, from the standard errors of the points; NaN without those, large where points do not tell. */
  readonly standardErrors: Readonly<Record<string, number>>;
  /** Weighted squares of what is left. */
  readonly chiSquared: number;
  /** The error with so many labels. */
  readonly errorAt: (labels: number) => number;
  /** Standard error of that, by the delta method; NaN without standard errors of the points. It knows the noise of the points, not what is wrong with the model. */
  readonly deviationAt: (labels: number) => number;
  /** Labels for an error; Infinity where the model never gets there. */
  readonly labelsFor: (error: number) => number;
}

/**
 * Fits a model of error against labels to mean errors, weighted by 1 / max(standard error, floor) squared.
 * @throws InputError if there are fewer points than parameters, or an error or its standard error is no number
 */
export function fitCurve(
  points: readonly CurvePoint[],
  { model, floor = 0.005 }: FitCurveOptions,
): CurveFit {
  checkNumber("floor", floor, { min: 0, aboveMin: true });
  const shape: CurveShape = curveShapes[model];
  const wrong = points.find(
    ({ labels, error, standardError = 0 }) =>
      !(labels > 0 && Number.isFinite(error) && standardError >= 0),
  );
  // mmf4 goes through three points in many ways; which one, its bounds say.
  if (points.length < Math.min(3, shape.names.length) || wrong !== undefined) {
    throw new InputError({
      got: wrong === undefined ? `${points.length} points for ${model}` : JSON.stringify(wrong),
      expected: "finite errors at three or more numbers of labels above 0",
      todo: "Run the study on more budgets.",
    });
  }
  const sorted = [...points].sort((a, b) => a.labels - b.labels);
  const known = sorted.some(({ standardError }) => standardError !== undefined);
  const weights = sorted.map(({ standardError = 0 }) =>
    known ? Math.max(standardError, floor) ** -2 : 1,
  );
  const labels = sorted.map((point) => point.labels);
  const errors = sorted.map((point) => point.error);
  const fitted = shape.fit({ labels, errors, weights });
  const errorAt = (n: number): number => shape.at(fitted, n);
  const gradient = (n: number): number[] => slope(shape, fitted, n);
  const covariance = known ? invertInformation(labels.map(gradient), weights) : undefined;
  const named = (values: readonly number[]): Record<string, number> =>
    Object.fromEntries(shape.names.map((name, i) => [name, values[i]]));
  return {
    model,
    parameters: named(fitted),
    standardErrors: named(shape.names.map((_, i) => Math.sqrt(covariance?.[i][i] ?? NaN))),
    chiSquared: labels.reduce((sum, n, i) => sum + weights[i] * (errorAt(n) - errors[i]) ** 2, 0),
    errorAt,
    deviationAt: (n) => (covariance === undefined ? NaN : deviation(gradient(n), covariance)),
    labelsFor: (error) => shape.inverse(fitted, error),
  };
}

/** Derivative of the error with n labels by each parameter. */
function slope(shape: CurveShape, parameters: readonly number[], n: number): number[] {
  return parameters.map((value, i) => {
    const step = 1e-5 * Math.max(1e-3, Math.abs(value));
    const moved = (by: number): number =>
      shape.at(
        parameters.map((own, j) => (j === i ? own + by : own)),
        n,
      );
    return (moved(step) - moved(-step)) / (2 * step);
  });
}

/** Covariance of the parameters: the inverse of the information, without directions in which the points say nothing. */
function invertInformation(
  gradients: readonly (readonly number[])[],
  weights: readonly number[],
): number[][] {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when first used
  const { Matrix, pseudoInverse } = require("ml-matrix") as typeof MlMatrix;
  const rows = gradients.map((row, i) => row.map((value) => value * Math.sqrt(weights[i])));
  const root = pseudoInverse(new Matrix(rows));
  return root.mmul(root.transpose()).to2DArray();
}

const deviation = (
  gradient: readonly number[],
  covariance: readonly (readonly number[])[],
): number =>
  Math.sqrt(
    gradient.reduce(
      (sum, a, i) => sum + gradient.reduce((part, b, j) => part + a * b * covariance[i][j], 0),
      0,
    ),
  );
