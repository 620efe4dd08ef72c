/** Which old pixels a new one is made of. */
export interface Taps {
  readonly first: number;
  /** Of the first old pixel and those that follow it. */
  readonly weights: readonly number[];
}

/** How much of each old pixel the new one covers. */
export function areaTaps(i: number, from: number, to: number): Taps {
  const [low, high] = [(i * from) / to, ((i + 1) * from) / to];
  const first = Math.floor(low);
  const weights: number[] = [];
  for (let k = first; k < high - 1e-9; k++)
    weights.push(((Math.min(k + 1, high) - Math.max(k, low)) * to) / from);
  return { first, weights };
}

/** Catmull-Rom weights of the four old pixels around the new one's middle. */
export function cubicTaps(i: number, from: number, to: number): Taps {
  const at = ((i + 0.5) * from) / to - 0.5;
  const first = Math.floor(at) - 1;
  const t = at - Math.floor(at);
  const weights = [
    (-t + 2 * t * t - t * t * t) / 2,
    (2 - 5 * t * t + 3 * t * t * t) / 2,
    (t + 4 * t * t - 3 * t * t * t) / 2,
    (-t * t + t * t * t) / 2,
  ];
  return { first, weights };
}
