import { zoom } from "./zoom";

/** What is fitted: errors by labels with their weights, by rising labels. */
export interface WeightedErrors {
  readonly labels: readonly number[];
  readonly errors: readonly number[];
  readonly weights: readonly number[];
}

/** A model of error against labels. */
export interface CurveShape {
  /** Names of its parameters, in order, as in the learning curve database. */
  readonly names: readonly string[];
  /** The error with n labels. */
  readonly at: (parameters: readonly number[], n: number) => number;
  /** Labels for an error; Infinity where it never gets there. */
  readonly inverse: (parameters: readonly number[], error: number) => number;
  /** The parameters of least weighted squares within the model's bounds. */
  readonly fit: (data: WeightedErrors) => readonly number[];
}

/** Exponents that learning curves have. */
const exponents = { low: Math.log(0.05), high: Math.log(2), points: 40 };

const power = (labels: readonly number[], c: number): number[] => labels.map((n) => n ** -c);

/**
 * Models of error against labels: pow2 b n^-c, pow3 a + b n^-c, log2 b - a ln n, mmf4 (ab + c n^d) / (b + n^d). All are p + q f(n): the two scales follow from
 * linear least squares, and what is left, none, one or two numbers, is searched on grids, so that no start can be wrong. Bounds: c of a power in
 * [0.05, 2], errors that are not below 0 and do not rise, mmf4 from at most 1, its d in [0.2, 5].
 * @see Viering & Loog 2023, "The shape of learning curves: a review", arXiv:2103.10948; Mohr et al. 2022, LCDB 1.0, for the names
 */
export const curveShapes = {
  pow2: {
    names: ["b", "c"],
    at: ([b, c], n) => b * n ** -c,
    inverse: ([b, c], error) => (error <= 0 ? Infinity : (b / error) ** (1 / c)),
    fit: (data) => {
      const scaled = (c: number): Scales => scales(data, power(data.labels, c), { offset: "none" });
      const [log] = zoom(([at]) => scaled(Math.exp(at)).squares, [exponents]);
      return [scaled(Math.exp(log)).q, Math.exp(log)];
    },
  },
  pow3: {
    names: ["a", "b", "c"],
    at: ([a, b, c], n) => a + b * n ** -c,
    inverse: ([a, b, c], error) => (error <= a ? Infinity : (b / (error - a)) ** (1 / c)),
    fit: (data) => {
      const scaled = (c: number): Scales =>
        scales(data, power(data.labels, c), { offset: "positive" });
      const [log] = zoom(([at]) => scaled(Math.exp(at)).squares, [exponents]);
      const { p, q } = scaled(Math.exp(log));
      return [p, q, Math.exp(log)];
    },
  },
  log2: {
    names: ["a", "b"],
    at: ([a, b], n) => Math.max(0, b - a * Math.log(n)),
    inverse: ([a, b], error) => (a <= 0 ? Infinity : Math.exp((b - error) / a)),
    fit: (data) => {
      const falling = data.labels.map((n) => -Math.log(n));
      const { p, q } = scales(data, falling, { offset: "free" });
      return [q, p];
    },
  },
  mmf4: {
    names: ["a", "b", "c", "d"],
    at: ([a, b, c, d], n) => (a * b + c * n ** d) / (b + n ** d),
    inverse: ([a, b, c, d], error) =>
      error <= c ? Infinity : Math.max(0, (b * (a - error)) / (error - c)) ** (1 / d),
    fit: (data) => {
      const { labels } = data;
      const scaled = (half: number, d: number): Scales =>
        scales(
          data,
          labels.map((n) => 1 / (1 + (n / half) ** d)),
          { offset: "positive", start: 1 },
        );
      // The labels at which half of the way is gone, and how steep it is there.
      const [log, d] = zoom(
        ([at, steep]) => scaled(Math.exp(at), steep).squares,
        [
          { low: Math.log(labels[0] / 30), high: Math.log(labels[labels.length - 1] * 30), points: 24 }, // prettier-ignore
          { low: 0.2, high: 5, points: 25 },
        ],
      );
      const { p, q } = scaled(Math.exp(log), d);
      return [p + q, Math.exp(log) ** d, p, d];
    },
  },
} as const satisfies Record<string, CurveShape>;

/** A model of error against labels. */
export type CurveModel = keyof typeof curveShapes;

interface Scales {
  readonly p: number;
  readonly q: number;
  /** Weighted squares of what is left. */
  readonly squares: number;
}

interface ScaleBounds {
  readonly offset: "none" | "positive" | "free";
  /** The most that p + q may be. @default Infinity */
  readonly start?: number;
}

/** The p and q of least weighted squares of p + q f, with q at least 0. */
function scales(
  { errors, weights }: WeightedErrors,
  f: readonly number[],
  { offset, start = Infinity }: ScaleBounds,
): Scales {
  let [w, wf, we, wff, wfe] = [0, 0, 0, 0, 0];
  f.forEach((value, i) => {
    const weight = weights[i];
    w += weight;
    wf += weight * value;
    we += weight * errors[i];
    wff += weight * value * value;
    wfe += weight * value * errors[i];
  });
  const candidates: (readonly [number, number])[] = [[0, Math.max(0, wfe / wff)]];
  if (offset !== "none") {
    const spread = w * wff - wf * wf;
    const q = spread > 0 ? (w * wfe - wf * we) / spread : 0;
    const p = (we - q * wf) / w;
    if (q >= 0 && (offset === "free" || p >= 0)) candidates.splice(0, 1, [p, q]);
    else candidates.push([we / w, 0]);
  }
  const bounded = candidates.map(([p, q]) =>
    p + q <= start ? ([p, q] as const) : atStart(errors, weights, f, start),
  );
  const all = bounded.map(([p, q]): Scales => ({
    p,
    q,
    squares: squares(errors, weights, f, p, q),
  }));
  return all.reduce((best, one) => (one.squares < best.squares ? one : best));
}

/** The best p, from 0 to the start, of p + (start - p) f. */
function atStart(
  errors: readonly number[],
  weights: readonly number[],
  f: readonly number[],
  start: number,
): readonly [number, number] {
  let [up, down] = [0, 0];
  f.forEach((value, i) => {
    up += weights[i] * (1 - value) * (errors[i] - start * value);
    down += weights[i] * (1 - value) ** 2;
  });
  const p = Math.min(start, Math.max(0, up / down));
  return [p, start - p];
}

function squares(
  errors: readonly number[],
  weights: readonly number[],
  f: readonly number[],
  p: number,
  q: number,
): number {
  return f.reduce((sum, value, i) => sum + weights[i] * (p + q * value - errors[i]) ** 2, 0);
}
