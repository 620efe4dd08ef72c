import { tf, valuesOf, type Tensor2D } from "./backend";
import { floatsToFill } from "./floatsToFill";
import { doublesOf, doublesTensor, runOwnKernel, worthOwnKernel } from "./ownKernels";

/** Mean of each column. Row-major [n*d] -> [d] */
export function columnMeans(features: ArrayLike<number>, dim: number): Float64Array {
  const means = new Float64Array(dim);
  const n = features.length / dim;
  for (let from = 0; from < features.length; from += dim)
    for (let j = 0; j < dim; j++) means[j] += features[from + j] / n;
  return means;
}

/** Where each column lies, and how far it spreads. */
export interface ColumnScale {
  readonly mean: Float64Array;
  readonly spread: Float64Array;
}

/** Where the columns of features that are said not to change lie, once somebody asked. */
const unchanging = new WeakMap<object, ColumnScale | undefined>();

/** Says that features will not change, so that where their columns lie is worked out once. */
export function willNotChange(features: Float32Array): void {
  if (!unchanging.has(features)) unchanging.set(features, undefined);
}

/** Mean and spread of each column; the spread of a column that tells nothing, since it is constant, is told as 1. Row-major [n*d] -> [d], [d] */
export function columnScale(features: ArrayLike<number>, dim: number): ColumnScale {
  const known = unchanging.get(features);
  if (known?.mean.length === dim) return known;
  const scale = measureColumns(features, dim);
  if (unchanging.has(features)) unchanging.set(features, scale);
  return scale;
}

function measureColumns(features: ArrayLike<number>, dim: number): ColumnScale {
  if (features instanceof Float32Array && worthOwnKernel(features.length)) {
    const both = doublesOf(() => ofOwnKernel("FewscopeMeasureColumns", features, dim));
    return { mean: both.slice(0, dim), spread: spreadOf(both.subarray(dim)) };
  }
  const mean = columnMeans(features, dim);
  const variance = new Float64Array(dim);
  const n = features.length / dim;
  for (let from = 0; from < features.length; from += dim)
    for (let j = 0; j < dim; j++) variance[j] += (features[from + j] - mean[j]) ** 2 / n;
  return { mean, spread: spreadOf(variance) };
}

function spreadOf(variance: Float64Array): Float64Array {
  return variance.map((v) => (v > 1e-12 ? Math.sqrt(v) : 1));
}

/** What a kernel of our own (`src/runtime/rowKernels.cc`) makes of features and doubles: to the bit what the loop beside it gives. */
function ofOwnKernel(
  name: string,
  features: Float32Array,
  dim: number,
  ...doubles: readonly Float64Array[]
): Tensor2D {
  const rows = tf.tensor2d(features, [features.length / dim, dim]);
  const others = doubles.length === 0 ? [] : [doublesTensor(...doubles)];
  return runOwnKernel(name, {}, [rows, ...others], 1)[0] as Tensor2D;
}

/** Each column less its mean, in parts of its spread. Row-major [n*d] -> [n*d] */
export function scaleColumns(features: Float32Array, { mean, spread }: ColumnScale): Float32Array {
  const dim = mean.length;
  if (worthOwnKernel(features.length))
    return valuesOf(() => ofOwnKernel("FewscopeScaleColumns", features, dim, mean, spread));
  const scaled = floatsToFill(features.length);
  for (let from = 0; from < scaled.length; from += dim) {
    const [row, out] = [features, scaled].map((all) => all.subarray(from, from + dim));
    for (let j = 0; j < dim; j++) out[j] = (row[j] - mean[j]) / spread[j];
  }
  return scaled;
}

/** As `scaleColumns`, for what goes on with tensors. Row-major [n*d] -> [n,d] */
export function scaledTensor(features: Float32Array, scale: ColumnScale): Tensor2D {
  const { mean, spread } = scale;
  const dim = mean.length;
  return worthOwnKernel(features.length)
    ? ofOwnKernel("FewscopeScaleColumns", features, dim, mean, spread)
    : tf.tensor2d(scaleColumns(features, scale), [features.length / dim, dim]);
}

/** Each row less the centre, divided by its length; what has no direction stays where it is. Row-major [n*d] -> [n*d] */
export function unitRows(features: Float32Array, dim: number, centre?: Float64Array): Float32Array {
  const middle = centre ?? new Float64Array(dim);
  if (worthOwnKernel(features.length))
    return valuesOf(() => ofOwnKernel("FewscopeUnitRows", features, dim, middle));
  const result = floatsToFill(features.length);
  for (let from = 0; from < features.length; from += dim) {
    let squares = 0;
    for (let j = 0; j < dim; j++) squares += (features[from + j] - middle[j]) ** 2;
    const length = squares > 0 ? Math.sqrt(squares) : 1;
    for (let j = 0; j < dim; j++) result[from + j] = (features[from + j] - middle[j]) / length;
  }
  return result;
}

/** As `unitRows`, for what goes on with tensors. Row-major [n*d] -> [n,d] */
export function unitTensor(features: Float32Array, dim: number): Tensor2D {
  return worthOwnKernel(features.length)
    ? ofOwnKernel("FewscopeUnitRows", features, dim, new Float64Array(dim))
    : tf.tensor2d(unitRows(features, dim), [features.length / dim, dim]);
}

/** Rows (or columns, along axis 0) of length 1; zeros stay zeros, with a finite gradient. [n,d] -> [n,d] */
export function normaliseRows(x: Tensor2D, axis: 0 | 1 = 1): Tensor2D {
  // The constant is lost in rounding for any row longer than 1e-9, and keeps the root's slope finite at 0.
  return x.div(x.square().sum(axis, true).add(1e-24).sqrt());
}
