import type * as MlMatrix from "ml-matrix";
import { checkInteger, InputError, unitRows } from "../core";
import { logSumExp } from "./temperature";

/**
 * Free energy of class scores, T times the logarithm of the sum of exponentials over T: higher for what is known. Row-major [n*k] -> [n]
 * @see Liu et al. 2020, arXiv:2010.03759
 */
export function energyScores(
  scores: ArrayLike<number>,
  classes: number,
  temperature = 1,
): Float64Array {
  return Float64Array.from(
    { length: scores.length / classes },
    (_, i) => temperature * logSumExp(scores, i * classes, classes, temperature),
  );
}

/**
 * Distance to the k-th nearest of known rows, all brought to length 1: higher for what is unlike them. Row-major [m*d], [n*d] -> [n]
 * @throws InputError if there are fewer known rows than k
 * @see Sun et al. 2022, arXiv:2204.06507
 */
export function neighbourDistances(
  known: Float32Array,
  rows: Float32Array,
  dim: number,
  k = 1,
): Float64Array {
  const m = known.length / dim;
  checkInteger("k", k, { min: 1, max: Math.max(1, m) });
  if (m === 0) throw noRows("no known row");
  const [a, b] = [unitRows(known, dim), unitRows(rows, dim)];
  return Float64Array.from({ length: rows.length / dim }, (_, i) => {
    const squares = Float64Array.from({ length: m }, (__, j) => {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += (b[i * dim + d] - a[j * dim + d]) ** 2;
      return sum;
    }).sort();
    return Math.sqrt(squares[k - 1]);
  });
}

/** How far rows lie from classes. */
export interface ClassDistances {
  /** Squared Mahalanobis distance to the nearest class mean, with one covariance for all classes. [n] */
  readonly nearest: Float64Array;
  /** The same less the distance to all known rows taken as one class. [n] */
  readonly relative: Float64Array;
}

/**
 * Squared Mahalanobis distances of rows to classes of known ones: higher for what is unlike them. The covariances are divided by n; `shrink` pulls them towards their
 * mean variance, without which they cannot be inverted where rows are fewer than directions. Row-major [m*d], m, [n*d] -> [n]
 * @throws InputError if the covariance cannot be inverted, or labels do not fit
 * @see Lee et al. 2018, arXiv:1807.03888; Ren et al. 2021, arXiv:2106.09022
 */
export function classDistances(
  known: Float32Array,
  labels: ArrayLike<number>,
  rows: Float32Array,
  dim: number,
  shrink = 0,
): ClassDistances {
  const m = known.length / dim;
  if (m === 0 || labels.length !== m) throw noRows(`${m} known rows with ${labels.length} labels`);
  const classes = [...new Set(Array.from(labels))];
  const means = classes.map((c) => meanOf(known, dim, (i) => labels[i] === c));
  const all = meanOf(known, dim, () => true);
  const ofClass = Array.from(labels, (label) => means[classes.indexOf(label)]);
  const nearest = distances(
    rows,
    dim,
    means,
    whitener(known, dim, (i) => ofClass[i], shrink),
  );
  const whole = distances(
    rows,
    dim,
    [all],
    whitener(known, dim, () => all, shrink),
  );
  return { nearest, relative: nearest.map((d, i) => d - whole[i]) };
}

function meanOf(rows: Float32Array, dim: number, counts: (i: number) => boolean): Float64Array {
  const mean = new Float64Array(dim);
  let n = 0;
  for (let i = 0; i * dim < rows.length; i++) {
    if (!counts(i)) continue;
    n++;
    for (let d = 0; d < dim; d++) mean[d] += rows[i * dim + d];
  }
  return mean.map((sum) => sum / n);
}

/** A map after which plain distances are Mahalanobis distances: main directions over their spread. [d*d], a direction a row */
function whitener(
  rows: Float32Array,
  dim: number,
  centre: (i: number) => Float64Array,
  shrink: number,
): Float64Array {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when it is first needed
  const { EigenvalueDecomposition, Matrix } = require("ml-matrix") as typeof MlMatrix;
  const n = rows.length / dim;
  const covariance = Matrix.zeros(dim, dim);
  for (let i = 0; i < n; i++) {
    const mean = centre(i);
    const off = Array.from(mean, (value, d) => rows[i * dim + d] - value);
    for (let a = 0; a < dim; a++)
      for (let b = 0; b < dim; b++)
        covariance.set(a, b, covariance.get(a, b) + (off[a] * off[b]) / n);
  }
  const usual = covariance.trace() / dim;
  covariance.mul(1 - shrink);
  for (let d = 0; d < dim; d++) covariance.set(d, d, covariance.get(d, d) + shrink * usual);
  const { realEigenvalues: spread, eigenvectorMatrix: directions } = new EigenvalueDecomposition(
    covariance,
    { assumeSymmetric: true },
  );
  if (!(Math.min(...spread) > 1e-12 * Math.max(...spread)))
    throw noRows(`${n} rows that do not spread in ${dim} directions`);
  return Float64Array.from(
    { length: dim * dim },
    (_, at) => directions.get(at % dim, Math.floor(at / dim)) / Math.sqrt(spread[Math.floor(at / dim)]), // prettier-ignore
  );
}

/** Least squared distance of each row to any of some centres, after a map. */
function distances(
  rows: Float32Array,
  dim: number,
  centres: readonly Float64Array[],
  map: Float64Array,
): Float64Array {
  const mapped = (of: ArrayLike<number>, from: number): Float64Array => {
    const out = new Float64Array(dim);
    for (let r = 0; r < dim; r++) {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += map[r * dim + d] * of[from + d];
      out[r] = sum;
    }
    return out;
  };
  const there = centres.map((centre) => mapped(centre, 0));
  return Float64Array.from({ length: rows.length / dim }, (_, i) => {
    const row = mapped(rows, i * dim);
    let least = Infinity;
    for (const centre of there) {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += (row[d] - centre[d]) ** 2;
      least = Math.min(least, sum);
    }
    return least;
  });
}

const noRows = (got: string): InputError =>
  new InputError({
    got,
    expected: "labelled rows that spread in all directions, or some shrinkage",
    todo: "Give more rows, or shrink.",
  });
