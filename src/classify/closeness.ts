import { unitRows } from "../core";

/** Minus the squared distance of each row to each point. Row-major [n*d], [k*d] -> [n*k] */
export function closenessTo(rows: Float32Array, points: Float32Array, dim: number): Float32Array {
  return eachPair(rows, points, dim, (i, p) => {
    let sum = 0;
    for (let j = 0; j < dim; j++) sum += (rows[i + j] - points[p + j]) ** 2;
    return -sum;
  });
}

/** Cosine of the angle between each row and each point, 0 where one of them is zero. Row-major [n*d], [k*d] -> [n*k] */
export function cosinesTo(rows: Float32Array, points: Float32Array, dim: number): Float32Array {
  const a = unitRows(rows, dim);
  const b = unitRows(points, dim);
  return eachPair(a, b, dim, (i, p) => {
    // Four sums side by side, since one waits for itself.
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    let j = 0;
    for (; j + 3 < dim; j += 4) {
      s0 += a[i + j] * b[p + j];
      s1 += a[i + j + 1] * b[p + j + 1];
      s2 += a[i + j + 2] * b[p + j + 2];
      s3 += a[i + j + 3] * b[p + j + 3];
    }
    for (; j < dim; j++) s0 += a[i + j] * b[p + j];
    return s0 + s1 + s2 + s3;
  });
}

/** Calls with where each row and each point begin. */
function eachPair(
  rows: Float32Array,
  points: Float32Array,
  dim: number,
  measure: (row: number, point: number) => number,
): Float32Array {
  const out = new Float32Array((rows.length / dim) * (points.length / dim));
  let at = 0;
  for (let row = 0; row < rows.length; row += dim)
    for (let point = 0; point < points.length; point += dim) out[at++] = measure(row, point);
  return out;
}
