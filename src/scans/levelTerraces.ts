import { fitPlane, subtractPlane } from "./fitPlane";
import { levelFacets } from "./levelFacets";
import { measured, robustSigma } from "./orderStatistics";
import { smooth } from "./smooth";

/** Blur before heights are compared, in pixels: takes noise and atoms off, leaves terraces. */
const blurPixels = 2;
/** Smallest share of the scan that is a terrace and not a defect. */
const leastShare = 0.02;
const bins = 1024;
const mostRounds = 10;

/**
 * Takes away the plane that all terraces share, each with a height of its own: facets give a first tilt, the peaks of the
 * heights' histogram the terraces, a joint least-squares fit the tilt, again until it stays.
 */
export function levelTerraces(
  data: Float64Array,
  width: number,
  counts: ArrayLike<number>,
  pixel: readonly [x: number, y: number],
): Float64Array {
  const used = data.map((value, i) => (counts[i] === 0 ? NaN : value));
  const blurred = smooth(used, width, [blurPixels, blurPixels]);
  const known = Uint8Array.from(blurred, (value, i) =>
    counts[i] !== 0 && !Number.isNaN(value) ? 1 : 0,
  );
  const steep = levelFacets(blurred, width, known, pixel);
  let plane = fitPlane(
    blurred.map((value, i) => value - steep[i]),
    width,
    known,
  );
  for (let round = 0; round < mostRounds; round++) {
    const flat = subtractPlane(blurred, width, plane);
    const terraces = findTerraces(flat, known);
    // Blur bends a tilt at the borders, so the tilt is taken from the heights as they are.
    const next = jointPlane(data, width, known, terraces);
    const change = Math.hypot(next.bx - plane.bx, next.by - plane.by);
    plane = next;
    if (change <= 1e-6 * Math.hypot(plane.bx, plane.by)) break;
  }
  return subtractPlane(data, width, plane);
}

/** Which terrace each pixel lies on, -1 for those between. */
function findTerraces(flat: Float64Array, known: Uint8Array): Int32Array {
  const heights = measured(flat.map((value, i) => (known[i] === 0 ? NaN : value)));
  const terraces = new Int32Array(flat.length).fill(-1);
  if (heights.length === 0) return terraces;
  const [low, high] = [
    heights.reduce((a, b) => Math.min(a, b)),
    heights.reduce((a, b) => Math.max(a, b)),
  ];
  if (!(high > low)) return terraces.fill(0);
  const density = histogram(heights, low, high);
  const edges = valleys(density, heights.length);
  // Only what lies near a peak belongs to it: slopes of steps do not.
  const spreads = edges.slice(1).map((edge, t) => {
    const of = heights.filter((z) => binOf(z, low, high) >= edges[t] && binOf(z, low, high) < edge);
    const sigma = robustSigma(of);
    const order = Float64Array.from(of).sort();
    return { middle: order[order.length >> 1], reach: Math.max(2 * sigma, 1e-3 * (high - low)) };
  });
  flat.forEach((z, i) => {
    if (known[i] === 0) return;
    const bin = binOf(z, low, high);
    const t = edges.findIndex((edge, k) => k > 0 && bin < edge) - 1;
    if (t >= 0 && Math.abs(z - spreads[t].middle) <= spreads[t].reach) terraces[i] = t;
  });
  return terraces;
}

function binOf(z: number, low: number, high: number): number {
  return Math.min(bins - 1, Math.floor(((z - low) / (high - low)) * bins));
}

/** Smoothed counts of heights. */
function histogram(heights: Float64Array, low: number, high: number): Float64Array {
  const counts = new Float64Array(bins);
  for (const z of heights) counts[binOf(z, low, high)]++;
  const order = Float64Array.from(heights).sort();
  // Outliers widen the range but not the quartiles.
  const inner = order[Math.floor(0.9 * order.length)] - order[Math.floor(0.1 * order.length)];
  const sigma = Math.max(1, (0.04 * inner * bins) / (high - low));
  return smooth(counts, bins, [sigma, 0]);
}

/** Bins at which one terrace ends and the next begins, from 0 to `bins`. */
function valleys(density: Float64Array, total: number): number[] {
  const edges = [0];
  let share = 0;
  let lowest = 0;
  let peak = 0;
  for (let i = 0; i < bins; i++) {
    share += density[i];
    if (density[i] > peak && density[i] > density[lowest]) peak = Math.max(peak, density[i]);
    if (density[i] < density[lowest] || share < leastShare * total) lowest = i;
    // A valley is one only if the density has fallen well below both sides.
    const risen = density[i] > 2 * density[lowest] && peak > 2 * density[lowest];
    const left = density.subarray(lowest).reduce((sum, count) => sum + count, 0);
    if (
      risen &&
      share >= leastShare * total &&
      left >= leastShare * total &&
      lowest > (edges.at(-1) ?? 0)
    ) {
      const before = density
        .subarray(edges.at(-1) ?? 0, lowest)
        .reduce((sum, count) => sum + count, 0);
      if (before >= leastShare * total) {
        edges.push(lowest);
        share = density.subarray(lowest, i + 1).reduce((sum, count) => sum + count, 0);
        peak = density[i];
        lowest = i;
      }
    }
  }
  return [...edges, bins];
}

/** The slope that all terraces share: a plane fit after each terrace's own mean has been taken off. */
function jointPlane(
  data: Float64Array,
  width: number,
  known: Uint8Array,
  terraces: Int32Array,
): { readonly bx: number; readonly by: number; readonly a: number } {
  const count = terraces.reduce((most, t) => Math.max(most, t), -1) + 1;
  const sums = Array.from({ length: count }, () => ({ n: 0, x: 0, y: 0, z: 0 }));
  const each = (visit: (t: number, x: number, y: number, z: number) => void): void => {
    for (let i = 0; i < data.length; i++)
      if (known[i] !== 0 && terraces[i] >= 0)
        visit(terraces[i], i % width, Math.floor(i / width), data[i]);
  };
  each((t, x, y, z) => {
    const sum = sums[t];
    sum.n++;
    sum.x += x;
    sum.y += y;
    sum.z += z;
  });
  let [xx, xy, yy, xz, yz] = [0, 0, 0, 0, 0];
  each((t, x, y, z) => {
    const { n, x: sx, y: sy, z: sz } = sums[t];
    const [dx, dy, dz] = [x - sx / n, y - sy / n, z - sz / n];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
    xz += dx * dz;
    yz += dy * dz;
  });
  const determinant = xx * yy - xy * xy;
  if (!(determinant > 1e-12 * xx * yy)) return fitPlane(data, width, known);
  return { a: 0, bx: (xz * yy - yz * xy) / determinant, by: (yz * xx - xz * xy) / determinant };
}
