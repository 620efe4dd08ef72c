import { checkNumber, columnScale, InputError, type LabelledRows } from "../core";
import { linearHead, type LinearHead } from "./head";

/** How a logistic head is fitted. */
export interface LogisticOptions {
  /** Strength of the squared penalty lambda/2 |w|^2 on the weights, above 0. @default 1 */
  readonly lambda?: number;
  /** Whether the penalty holds the intercept back too. @default false */
  readonly penaliseBias?: boolean;
  /** Whether each feature is brought to mean 0 and spread 1 first. @default true */
  readonly standardise?: boolean;
}

/** A logistic head with what its labels did to it. */
export interface LogisticFit {
  readonly head: LinearHead;
  /** Rows that have a label, by their index. */
  readonly rows: Int32Array;
  readonly labels: Int32Array;
  /** Standardised rows, with 1 behind each. [n*(d+1)] */
  readonly inputs: Float64Array;
  /** Probabilities of the labelled rows. [n*classes] */
  readonly probabilities: Float64Array;
  /** Weights on `inputs`, class by class. [classes*(d+1)] */
  readonly weights: Float64Array;
  readonly mean: Float64Array;
  readonly spread: Float64Array;
  readonly options: Required<LogisticOptions>;
}

/**
 * Multinomial logistic regression in 64 bits, by Newton's method with conjugate gradients, to the minimum: what exact influences need.
 * @param start weights to begin with, such as those of nearly the same labels
 * @throws InputError if fewer than two classes have labels, or lambda is not above 0
 */
export function fitLogistic(
  rows: LabelledRows,
  { lambda = 1, penaliseBias = false, standardise = true }: LogisticOptions = {},
  start?: Float64Array,
): LogisticFit {
  checkNumber("lambda", lambda, { min: 0, aboveMin: true });
  const { dim, features, labels: all, classNames } = rows;
  const chosen = Int32Array.from(all.keys()).filter((i) => all[i] >= 0);
  const labels = chosen.map((i) => all[i]);
  if (new Set(labels).size < 2) {
    throw new InputError({
      got: "labelled rows of fewer than two classes",
      expected: "labels of at least two classes",
      todo: "Label an image of another class.",
    });
  }
  const { mean, spread } = standardise
    ? columnScale(features, dim)
    : { mean: new Float64Array(dim), spread: new Float64Array(dim).fill(1) };
  const width = dim + 1;
  const inputs = new Float64Array(chosen.length * width);
  chosen.forEach((row, i) => {
    for (let j = 0; j < dim; j++)
      inputs[i * width + j] = (features[row * dim + j] - mean[j]) / spread[j];
    inputs[i * width + dim] = 1;
  });
  const classes = classNames.length;
  const problem = { inputs, labels, classes, width, lambda, penaliseBias };
  const weights = minimise(problem, start?.slice() ?? new Float64Array(classes * width));
  const at = (c: number, j: number): number => weights[c * width + j];
  const head = linearHead({
    weights: Float64Array.from({ length: classes * dim }, (_, k) => at(Math.floor(k / dim), k % dim)), // prettier-ignore
    bias: Float64Array.from({ length: classes }, (_, c) => at(c, dim)),
    mean,
    spread,
  });
  return {
    head,
    rows: chosen,
    labels,
    inputs,
    probabilities: probabilitiesOf(problem, weights),
    weights,
    mean,
    spread,
    options: { lambda, penaliseBias, standardise },
  };
}

interface Problem {
  readonly inputs: Float64Array;
  readonly labels: Int32Array;
  readonly classes: number;
  readonly width: number;
  readonly lambda: number;
  readonly penaliseBias: boolean;
}

function probabilitiesOf(
  { inputs, labels, classes, width }: Problem,
  w: Float64Array,
): Float64Array {
  const out = new Float64Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) {
    let most = -Infinity;
    for (let c = 0; c < classes; c++) {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += w[c * width + j] * inputs[i * width + j];
      out[i * classes + c] = sum;
      most = Math.max(most, sum);
    }
    let total = 0;
    for (let c = 0; c < classes; c++) total += out[i * classes + c] = Math.exp(out[i * classes + c] - most); // prettier-ignore
    for (let c = 0; c < classes; c++) out[i * classes + c] /= total;
  }
  return out;
}

const held = ({ width, penaliseBias }: Problem, at: number): boolean =>
  penaliseBias || at % width !== width - 1;

function lossOf(problem: Problem, w: Float64Array, p: Float64Array): number {
  let loss = 0;
  problem.labels.forEach((label, i) => (loss -= Math.log(Math.max(1e-300, p[i * problem.classes + label])))); // prettier-ignore
  w.forEach((value, at) => (loss += held(problem, at) ? (problem.lambda / 2) * value * value : 0));
  return loss;
}

function slopesOf(problem: Problem, w: Float64Array, p: Float64Array): Float64Array {
  const { inputs, labels, classes, width, lambda } = problem;
  const out = w.map((value, at) => (held(problem, at) ? lambda * value : 0));
  for (let i = 0; i < labels.length; i++) {
    for (let c = 0; c < classes; c++) {
      const error = p[i * classes + c] - (labels[i] === c ? 1 : 0);
      for (let j = 0; j < width; j++) out[c * width + j] += error * inputs[i * width + j];
    }
  }
  return out;
}

/** The matrix of second derivatives times a vector. A little on the free intercepts, whose common part is open. */
function curvature(problem: Problem, p: Float64Array, v: Float64Array): Float64Array {
  const { inputs, labels, classes, width, lambda } = problem;
  const out = v.map((value, at) => (held(problem, at) ? lambda : 1e-9) * value);
  const along = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) {
    let mean = 0;
    for (let c = 0; c < classes; c++) {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += v[c * width + j] * inputs[i * width + j];
      along[c] = sum;
      mean += p[i * classes + c] * sum;
    }
    for (let c = 0; c < classes; c++) {
      const factor = p[i * classes + c] * (along[c] - mean);
      for (let j = 0; j < width; j++) out[c * width + j] += factor * inputs[i * width + j];
    }
  }
  return out;
}

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, x, i) => sum + x * b[i], 0);

function minimise(problem: Problem, w: Float64Array): Float64Array {
  for (let iteration = 0; iteration < 100; iteration++) {
    const p = probabilitiesOf(problem, w);
    const slopes = slopesOf(problem, w, p);
    const size = Math.sqrt(dot(slopes, slopes));
    if (size < 1e-10 * (1 + problem.labels.length)) break;
    const direction = newtonStep(problem, p, slopes);
    const descent = dot(slopes, direction);
    const before = lossOf(problem, w, p);
    let step = 1;
    for (; step > 1e-8; step /= 2) {
      const next = w.map((value, at) => value + step * direction[at]);
      const loss = lossOf(problem, next, probabilitiesOf(problem, next));
      if (loss <= before + 1e-4 * step * descent + 1e-13 * Math.abs(before)) {
        w = next;
        break;
      }
    }
    if (step <= 1e-8) break;
  }
  return w;
}

function newtonStep(problem: Problem, p: Float64Array, slopes: Float64Array): Float64Array {
  const x = new Float64Array(slopes.length);
  const residual = slopes.map((value) => -value);
  let direction = residual.slice();
  let squares = dot(residual, residual);
  const enough = squares * 1e-20;
  for (let k = 0; k < 2 * slopes.length && squares > enough; k++) {
    const product = curvature(problem, p, direction);
    const curve = dot(direction, product);
    if (curve <= 0) break;
    const length = squares / curve;
    for (let i = 0; i < x.length; i++) {
      x[i] += length * direction[i];
      residual[i] -= length * product[i];
    }
    const next = dot(residual, residual);
    const share = next / squares;
    direction = direction.map((value, i) => residual[i] + share * value);
    squares = next;
  }
  return x;
}
