/**
 * Fills pixels with the solution of Laplace's equation, from their measured neighbours inwards: the smoothest surface that
 * fits on. Borders of the frame and of what is not measured let nothing through. Conjugate gradients, to rounding.
 */
export function solveLaplace(
  data: Float64Array,
  width: number,
  fill: ArrayLike<number>,
): Float64Array {
  const result = data.slice();
  const unknown: number[] = [];
  const place = new Int32Array(data.length).fill(-1);
  for (let i = 0; i < data.length; i++) {
    if (!(fill[i] > 0)) continue;
    place[i] = unknown.length;
    unknown.push(i);
  }
  const n = unknown.length;
  if (n === 0) return result;
  const neighbours = unknown.map((i) =>
    around(i, width, data.length).filter((j) => place[j] >= 0 || Number.isFinite(data[j])),
  );
  const right = new Float64Array(n);
  neighbours.forEach((list, k) => {
    for (const j of list) if (place[j] < 0) right[k] += data[j];
  });
  const apply = (x: Float64Array): Float64Array =>
    x.map((value, k) => {
      let sum = neighbours[k].length * value;
      for (const j of neighbours[k]) if (place[j] >= 0) sum -= x[place[j]];
      return sum;
    });
  // From the mean around, since heights may be far from 0.
  const known = neighbours.flatMap((list) => list.filter((j) => place[j] < 0));
  if (known.length === 0) return result;
  const x = new Float64Array(n).fill(known.reduce((sum, j) => sum + data[j], 0) / known.length);
  const residual = apply(x).map((value, k) => right[k] - value);
  const direction = residual.slice();
  let square = dot(residual, residual);
  const enough = 1e-26 * dot(right, right);
  for (let round = 0; round < 20 * n + 100 && square > enough && square > 0; round++) {
    const pushed = apply(direction);
    const step = square / dot(direction, pushed);
    for (let k = 0; k < n; k++) {
      x[k] += step * direction[k];
      residual[k] -= step * pushed[k];
    }
    const next = dot(residual, residual);
    const keep = next / square;
    for (let k = 0; k < n; k++) direction[k] = residual[k] + keep * direction[k];
    square = next;
  }
  unknown.forEach((i, k) => (result[i] = x[k]));
  return result;
}

function around(i: number, width: number, length: number): number[] {
  const column = i % width;
  return [
    ...(column > 0 ? [i - 1] : []),
    ...(column < width - 1 ? [i + 1] : []),
    ...(i >= width ? [i - width] : []),
    ...(i + width < length ? [i + width] : []),
  ];
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
