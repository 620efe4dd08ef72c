/** Squared Euclidean distance of two rows. Four sums at a time, which is what makes one pass over a large pool quick. */
export function squaredDistance(
  a: ArrayLike<number>,
  i: number,
  b: ArrayLike<number>,
  j: number,
  dim: number,
): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const [from, to] = [i * dim, j * dim];
  let k = 0;
  for (; k + 3 < dim; k += 4) {
    const d0 = a[from + k] - b[to + k];
    const d1 = a[from + k + 1] - b[to + k + 1];
    const d2 = a[from + k + 2] - b[to + k + 2];
    const d3 = a[from + k + 3] - b[to + k + 3];
    s0 += d0 * d0;
    s1 += d1 * d1;
    s2 += d2 * d2;
    s3 += d3 * d3;
  }
  for (; k < dim; k++) {
    const d = a[from + k] - b[to + k];
    s0 += d * d;
  }
  return s0 + s1 + (s2 + s3);
}

/** At most `size` of the items, drawn evenly, in their order. */
export function sampleOf(
  items: readonly number[],
  size: number,
  rng: { permutation(n: number): Int32Array },
): number[] {
  if (items.length <= size) return [...items];
  const chosen = rng.permutation(items.length).subarray(0, size).slice().sort();
  return Array.from(chosen, (at) => items[at]);
}

/** All distances of some rows from each other, not squared. -> [m*m] */
export function allDistances(
  features: ArrayLike<number>,
  dim: number,
  items: readonly number[],
): Float32Array {
  const m = items.length;
  const out = new Float32Array(m * m);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < i; j++) {
      const d = Math.sqrt(squaredDistance(features, items[i], features, items[j], dim));
      out[i * m + j] = d;
      out[j * m + i] = d;
    }
  return out;
}
