/**
 * Regularised incomplete beta function I_x(a, b), for a, b > 0 and x in [0,1], to about 1e-13 (relative, also in the tail).
 * @see NIST Digital Library of Mathematical Functions 8.17.22 (continued fraction), 8.17.4 (symmetry)
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on this side of the mean only.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const logFront =
    a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b);
  return Math.exp(logFront) / (a * continuedFraction(x, a, b));
}

/** 1 + d1/(1 + d2/(1 + ...)), from the left, stopped when a term changes nothing (Thompson & Barnett 1986, Journal of Computational Physics 64). */
function continuedFraction(x: number, a: number, b: number): number {
  let value = 1;
  let upper = 1;
  let lower = 0;
  for (let i = 1; i < 1000; i++) {
    const m = i >> 1;
    const d =
      i % 2 === 0
        ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
        : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    lower = 1 / nonZero(1 + d * lower);
    upper = nonZero(1 + d / upper);
    value *= upper * lower;
    if (Math.abs(upper * lower - 1) < 1e-15) break;
  }
  return value;
}

const nonZero = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value);

// Bernoulli numbers B_2k / (2k (2k-1)), k = 1..7, of Stirling's series.
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/** Natural logarithm of the gamma function, x > 0. @see NIST Digital Library of Mathematical Functions 5.11.1, 5.5.1 */
export function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 12; z++) shift += Math.log(z);
  const series = stirling.reduce((sum, term, k) => sum + term / z ** (2 * k + 1), 0);
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
