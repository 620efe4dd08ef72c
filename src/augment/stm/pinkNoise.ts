/** Time constants of the filters in pixels, each four times the one before; 0 passes the noise as it is. */
const timeConstants = [0, 0.5, 2, 8, 32, 128, 512];

/** Filters whose sum turns white noise into 1/f^a noise of unit variance. */
export interface PinkFilter {
  /** What each filter keeps from one pixel to the next. */
  readonly keep: Float64Array;
  /** Share of the new noise that each takes. */
  readonly take: Float64Array;
  /** Lower triangle that draws the states of all filters as if the noise had run for ever; row-major. */
  readonly start: Float64Array;
}

/**
 * Makes the filters of one exponent: low passes of equal distance on the logarithmic axis of frequency, weighted so that
 * the sum falls about as f^(-a/2).
 */
export function pinkFilter(exponent: number): PinkFilter {
  const keep = Float64Array.from(timeConstants, (time) => (time === 0 ? 0 : Math.exp(-1 / time)));
  const share = (time: number): number => time ** (exponent / 2);
  // All filters below the shortest, a geometric series, pass the noise as it is. A part of it suffices, since steps of
  // whole pixels blunt the short filters: with 0.4 the slope is within 0.15 of the exponent at all periods from 8 pixels.
  const rest = (0.4 * share(timeConstants[1])) / (4 ** (exponent / 2) - 1);
  const weight = Float64Array.from(timeConstants, (time, i) =>
    time === 0 ? rest : share(time) * (1 - keep[i]),
  );
  const covariance = (i: number, j: number): number =>
    (weight[i] * weight[j]) / (1 - keep[i] * keep[j]);
  let variance = 0;
  keep.forEach((_, i) => keep.forEach((__, j) => (variance += covariance(i, j))));
  const take = weight.map((of) => of / Math.sqrt(variance));
  return { keep, take, start: triangle((i, j) => covariance(i, j) / variance, keep.length) };
}

/** Cholesky's triangle L of a covariance L L^T, row-major. */
function triangle(covariance: (i: number, j: number) => number, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = covariance(i, j);
      for (let k = 0; k < j; k++) rest -= lower[i * size + k] * lower[j * size + k];
      // Filters that are nearly alike leave a rest of rounding errors.
      if (i === j) lower[i * size + i] = Math.sqrt(Math.max(1e-15, rest));
      else lower[i * size + j] = rest / lower[j * size + j];
    }
  }
  return lower;
}

/**
 * Fills `into` with 1/f noise in the order of its numbers, out of as many standard normal numbers and one more for each
 * filter.
 */
export function fillPink(into: Float32Array, normals: Float32Array, filter: PinkFilter): void {
  const { keep, take, start } = filter;
  const size = keep.length;
  const states = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) states[i] += start[i * size + j] * normals[into.length + j];
  }
  // The first filter passes the noise as it is and keeps nothing; the others stand in local variables, which is much
  // faster than a loop over them for each pixel, and come out of their array one by one: V8 boxes what a list gives.
  const [pass, t1, t2, t3, t4, t5, t6] = take;
  const [, k1, k2, k3, k4, k5, k6] = keep;
  let s1 = states[1];
  let s2 = states[2];
  let s3 = states[3];
  let s4 = states[4];
  let s5 = states[5];
  let s6 = states[6];
  for (let n = 0; n < into.length; n++) {
    const fresh = normals[n];
    s1 = k1 * s1 + t1 * fresh;
    s2 = k2 * s2 + t2 * fresh;
    s3 = k3 * s3 + t3 * fresh;
    s4 = k4 * s4 + t4 * fresh;
    s5 = k5 * s5 + t5 * fresh;
    s6 = k6 * s6 + t6 * fresh;
    into[n] = pass * fresh + s1 + s2 + s3 + s4 + s5 + s6;
  }
}

/** Normal numbers that one call takes besides one for each pixel. */
export const pinkStates = timeConstants.length;
