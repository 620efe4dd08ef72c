/** A smooth function: its value at a point, with the gradient written into `gradient`. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

/** When to stop looking for a minimum. */
export interface MinimiseOptions {
  /** Largest gradient component at which the point counts as a minimum. @default 1e-5 */
  readonly tolerance?: number;
  /** @default 1000 */
  readonly maxIterations?: number;
  /** Relative rounding of the values; a rise within it is no rise. @default 1e-15 */
  readonly rounding?: number;
  /** Multiplies by about the inverse of the curvature, up to a factor, which is found on the way; symmetric and positive definite. @default what it is given */
  readonly inverseCurvature?: (vector: Float64Array) => Float64Array;
}

/** Where the search ended, and whether the gradient is small there. */
export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Pairs of steps and gradient changes that shape the next step. */
const memory = 10;

/**
 * Minimum of a smooth function by L-BFGS with a backtracking line search.
 * @see Nocedal & Wright 2006, Numerical Optimization, algorithms 7.4 and 3.1
 */
export function minimise(
  objective: Objective,
  start: Float64Array,
  {
    tolerance = 1e-5,
    maxIterations = 1000,
    rounding = 1e-15,
    inverseCurvature,
  }: MinimiseOptions = {},
): Minimum {
  let point: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(point.length);
  let value = objective(point, gradient);
  const pairs: Pair[] = [];
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    if (largest(gradient) <= tolerance)
      return { point, value, iterations: iteration, converged: true };
    let direction = descend(gradient, pairs, inverseCurvature);
    let slope = dot(direction, gradient);
    let steepest = pairs.length === 0 && inverseCurvature === undefined;
    if (!(slope < 0)) {
      // Rounding spoilt the curvature; start again from steepest descent.
      pairs.length = 0;
      direction = gradient.map((g) => -g);
      slope = dot(direction, gradient);
      steepest = true;
    }
    const first = steepest ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    const allowed = value + rounding * Math.abs(value);
    const next = backtrack(objective, point, allowed, direction, slope, first);
    if (next === undefined) {
      // No downhill step exists at this precision.
      if (pairs.length === 0) return { point, value, iterations: iteration, converged: false };
      pairs.length = 0;
      continue;
    }
    const step = difference(next.point, point);
    const change = difference(next.gradient, gradient);
    const curvature = dot(step, change);
    if (curvature > 1e-12 * dot(change, change)) {
      pairs.push({ step, change, curvature });
      if (pairs.length > memory) pairs.shift();
    }
    ({ point, gradient, value } = next);
  }
  return { point, value, iterations: maxIterations, converged: largest(gradient) <= tolerance };
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
}

/** The quasi-Newton direction from the last pairs: the two-loop recursion. */
function descend(
  gradient: Float64Array,
  pairs: readonly Pair[],
  inverseCurvature: (vector: Float64Array) => Float64Array = (vector) => vector,
): Float64Array {
  let direction: Float64Array = gradient.map((g) => -g);
  const weights: number[] = [];
  for (const { step, change, curvature } of pairs.slice().reverse()) {
    const weight = dot(step, direction) / curvature;
    weights.unshift(weight);
    addScaled(direction, change, -weight);
  }
  direction = inverseCurvature(direction);
  const last = pairs.at(-1);
  if (last !== undefined) {
    const scale = last.curvature / dot(last.change, inverseCurvature(last.change));
    for (let i = 0; i < direction.length; i++) direction[i] *= scale;
  }
  pairs.forEach(({ step, change, curvature }, i) => {
    addScaled(direction, step, weights[i] - dot(change, direction) / curvature);
  });
  return direction;
}

function backtrack(
  objective: Objective,
  point: Float64Array,
  value: number,
  direction: Float64Array,
  slope: number,
  first: number,
): { point: Float64Array; gradient: Float64Array; value: number } | undefined {
  const gradient = new Float64Array(point.length);
  for (let length = first, tries = 0; tries < 40; tries++, length /= 2) {
    const candidate = point.slice();
    addScaled(candidate, direction, length);
    const found = objective(candidate, gradient);
    if (found <= value + 1e-4 * length * slope) return { point: candidate, gradient, value: found };
  }
  return undefined;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = a[i] - b[i];
  return out;
}

function addScaled(target: Float64Array, source: Float64Array, scale: number): void {
  for (let i = 0; i < target.length; i++) target[i] += scale * source[i];
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
