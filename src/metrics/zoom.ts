/** Where a function of one or two numbers is looked for its minimum. */
export interface ZoomRange {
  readonly low: number;
  readonly high: number;
  /** Points of the first grid along it. */
  readonly points: number;
}

/** Each grid spans so many steps of the one before, on either side of its best point. */
const reach = 1.5;
const rounds = 20;

/**
 * Minimum of a function over a box: the best point of a grid, then of ever finer grids around the best so far. Slow and without a start that could be
 * wrong; for cheap functions of one or two numbers. -> the best point
 */
export function zoom(
  value: (point: readonly number[]) => number,
  box: readonly ZoomRange[],
): readonly number[] {
  let best: readonly number[] = [];
  let lowest = Infinity;
  let step = box.map(({ low, high, points }) => (high - low) / (points - 1));
  let from = box.map(({ low }) => low);
  let count = box.map(({ points }) => points);
  for (let round = 0; round < rounds; round++) {
    for (const point of grid(from, step, count)) {
      const inside = point.map((at, i) => Math.min(box[i].high, Math.max(box[i].low, at)));
      const found = value(inside);
      if (found < lowest) [lowest, best] = [found, inside];
    }
    from = best.map((at, i) => at - reach * step[i]);
    count = box.map(() => 7);
    step = step.map((size) => (2 * reach * size) / 6);
  }
  return best;
}

function* grid(
  from: readonly number[],
  step: readonly number[],
  count: readonly number[],
): Generator<readonly number[]> {
  const [first, ...rest] = from;
  for (let i = 0; i < count[0]; i++) {
    const at = first + i * step[0];
    if (rest.length === 0) yield [at];
    else for (const more of grid(rest, step.slice(1), count.slice(1))) yield [at, ...more];
  }
}
