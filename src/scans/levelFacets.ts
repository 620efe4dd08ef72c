import { subtractPlane } from "./fitPlane";

/** Rounds after which it has settled or will not. */
const mostRounds = 100;

/** Square of a slope that is no tilt any more. */
const settled = 1e-9;

/**
 * Turns the scan so that the slope that most of it has becomes level: what lies between terraces hardly counts, so that a
 * stepped surface comes out flat where a plane fit would tilt it. Needs heights and lengths in one unit.
 * @param pixel size of a pixel in the unit of the heights
 * @see Gwyddion user guide, "Facet Level": weights exp(-20 v^2 / mean v^2) for slopes v
 */
export function levelFacets(
  data: Float64Array,
  width: number,
  counts: ArrayLike<number>,
  pixel: readonly [x: number, y: number],
): Float64Array {
  const { x, y, count } = slopes(data, width, counts, pixel);
  // A plane taken away takes the same off each slope, so the slopes are worked out once.
  const taken = { x: 0, y: 0 };
  for (let round = 0; round < mostRounds; round++) {
    const common = commonSlope(x, y, count, taken);
    taken.x += common.x;
    taken.y += common.y;
    if (common.x * common.x + common.y * common.y < settled) break;
  }
  return subtractPlane(data, width, { bx: taken.x * pixel[0], by: taken.y * pixel[1] });
}

interface Slopes {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly count: number;
}

/** The slopes of all squares of four pixels that count. */
function slopes(
  data: Float64Array,
  width: number,
  counts: ArrayLike<number>,
  [dx, dy]: readonly [number, number],
): Slopes {
  const x = new Float64Array(data.length);
  const y = new Float64Array(data.length);
  let count = 0;
  for (let i = 0; i + width + 1 < data.length; i++) {
    if (i % width === width - 1) continue;
    if (!(counts[i] && counts[i + 1] && counts[i + width] && counts[i + width + 1])) continue;
    const [a, b] = [data[i], data[i + 1]];
    const [c, d] = [data[i + width], data[i + width + 1]];
    x[count] = (b + d - a - c) / (2 * dx);
    y[count++] = (c + d - a - b) / (2 * dy);
  }
  return { x, y, count };
}

/** The mean slope, steep places weighing next to nothing. */
function commonSlope(
  x: Float64Array,
  y: Float64Array,
  count: number,
  taken: { readonly x: number; readonly y: number },
): { readonly x: number; readonly y: number } {
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (x[i] - taken.x) ** 2 + (y[i] - taken.y) ** 2;
  const spread = squares / count / 20;
  let [sumX, sumY, sum] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const [u, v] = [x[i] - taken.x, y[i] - taken.y];
    const weight = Math.exp(-(u * u + v * v) / spread);
    sumX += weight * u;
    sumY += weight * v;
    sum += weight;
  }
  return sum > 0 ? { x: sumX / sum, y: sumY / sum } : { x: 0, y: 0 };
}
