import { bilateralGround } from "./bilateralGround";
import { groundJumps } from "./groundJumps";
import { localBackground } from "./localBackground";
import { quantile, robustSigma } from "./orderStatistics";

/** A surface above its ground, in deviations of the clean surface: what a network looks at. */
export interface Relief {
  /** 0 where nothing is measured. */
  readonly data: Float32Array;
  /** 1 where something is measured, 0 elsewhere. */
  readonly known: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** One standard deviation of the clean surface, in the unit of the heights. */
  readonly sigma: number;
  /** How far the ground jumps around each pixel, in deviations of the clean surface: where steps are. */
  readonly jumps: Float32Array;
}

/** Radius of the disc whose median tells on which terrace a pixel lies, in lengths of the ground. */
const guideRadius = 2;
/** How often the tilt is looked for at least. */
const tiltLooks = 4;
/** A tilt of less than this over the length of the ground, in deviations, needs no further look. */
const tiltLeft = 0.02;
/** Heights that far from the ground, in deviations, are no ground. */
const leaveOut = 3;
/** How often what stands out is left out anew. */
const rounds = 2;

/**
 * Takes the ground off: tilt, then a background over `reach` pixels that is told apart for each terrace and leaves out what
 * stands out; the rest is measured in deviations of the clean surface. Rows must be aligned.
 * @param mostLooks how often the tilt is looked for at most, `tiltLooks` or more
 */
export function relief(
  heights: Float32Array,
  width: number,
  known: Uint8Array,
  reach: number,
  mostLooks = tiltLooks,
): Relief {
  const height = heights.length / width;
  const { flat, guide } = levelled(heights, width, known, reach, mostLooks);
  const layer = 4 * roughness(guide, width, Math.max(1, Math.round(reach)));
  sharpenEdges(guide, flat, width, { far: Math.ceil((guideRadius * reach) / 5), layer });
  const options = { cell: Math.max(1, reach / 1.12), layer };
  // From the guide on, which is a median: a mean would be drawn up by a particle, and leave out the ground around it.
  let ground: Float32Array = guide;
  // Rounding grows with the heights as they came, tilt and all.
  const least = rounding * range(heights);
  let { middle, sigma } = spread(flat, ground, known, least);
  for (let round = 0; round < rounds; round++) {
    const counts = known.map((value, i) =>
      value === 1 && Math.abs(flat[i] - ground[i] - middle) <= leaveOut * sigma ? 1 : 0,
    );
    const next = bilateralGround(flat, guide, width, counts, options);
    for (let i = 0; i < next.length; i++) if (Number.isNaN(next[i])) next[i] = guide[i];
    ground = next;
    ({ middle, sigma } = spread(flat, ground, known, least));
  }
  const data = new Float32Array(flat.length);
  for (let i = 0; i < data.length; i++)
    data[i] = known[i] === 0 ? 0 : (flat[i] - ground[i] - middle) / sigma;
  return { data, known, width, height, sigma, jumps: groundJumps(ground, width, sigma, reach) };
}

/** Heights without their tilt, and the background of each pixel; the numbers on the way are large, and go with this call. */
function levelled(
  heights: Float32Array,
  width: number,
  known: Uint8Array,
  reach: number,
  mostLooks: number,
): { readonly flat: Float32Array; readonly guide: Float32Array } {
  const numbers = new Float64Array(heights.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = known[i] === 0 ? NaN : heights[i];
  const background = levelCommonTilt(numbers, width, reach, mostLooks);
  const guide = new Float32Array(background);
  // What is not measured takes no part, and lies on no terrace.
  for (let i = 0; i < guide.length; i++) if (Number.isNaN(guide[i])) guide[i] = 0;
  return { flat: new Float32Array(numbers), guide };
}

/**
 * Takes the tilt off in place, and gives the background of what is left. Terraces that lean one way and steps that go the other, as a
 * plane leaves them, hide each other from the background, so that each look sees a part of the tilt.
 */
function levelCommonTilt(
  heights: Float64Array,
  width: number,
  reach: number,
  mostLooks: number,
): Float64Array {
  const radius = [guideRadius * reach, guideRadius * reach] as const;
  let background = localBackground(heights, width, radius);
  for (let look = 1; look <= mostLooks; look++) {
    const tilt = commonTilt(background, width, Math.max(1, Math.round(reach)));
    for (let i = 0; i < heights.length; i++)
      heights[i] -= tilt[0] * (i % width) + tilt[1] * Math.floor(i / width);
    background = localBackground(heights, width, radius, background);
    if (look < tiltLooks || look === mostLooks) continue;
    const every = Math.max(1, Math.floor(heights.length / 60_000) | 1);
    const above: number[] = [];
    for (let i = 0; i < heights.length; i += every)
      if (!Number.isNaN(heights[i] - background[i])) above.push(heights[i] - background[i]);
    const least = above.length === 0 ? 0 : tiltLeft * robustSigma(above);
    if (reach * Math.hypot(...tilt) <= least) break;
  }
  return background;
}

/** The slope that most of a surface has, in heights a pixel along and across rows: the median of its differences `lag` pixels apart. */
function commonTilt(ground: Float64Array, width: number, lag: number): [number, number] {
  return [lag, lag * width].map((step, axis) => {
    const every = Math.max(1, Math.floor(ground.length / 50_000));
    const slopes: number[] = [];
    for (let i = 0; i + step < ground.length; i += every) {
      if (axis === 0 && (i % width) + lag >= width) continue;
      const slope = (ground[i + step] - ground[i]) / lag;
      if (!Number.isNaN(slope)) slopes.push(slope);
    }
    return slopes.length === 0 ? 0 : quantile(slopes, 0.5);
  }) as [number, number];
}

/**
 * The guide is known at some places only and blurred between them. At the edge of a terrace each pixel takes the lower or the
 * higher of those around, whichever lies nearer to its own height.
 */
function sharpenEdges(
  guide: Float32Array,
  flat: Float32Array,
  width: number,
  { far, layer }: { readonly far: number; readonly layer: number },
): void {
  const height = guide.length / width;
  const before = guide.slice();
  for (let y = 0, i = 0; y < height; y++) {
    const [above, below] = [Math.max(0, y - far) * width, Math.min(height - 1, y + far) * width];
    for (let x = 0; x < width; x++, i++) {
      const [left, right] = [Math.max(0, x - far), Math.min(width - 1, x + far)];
      const [a, b] = [before[y * width + left], before[y * width + right]];
      const [c, d] = [before[above + x], before[below + x]];
      const [low, high] = [Math.min(a, b, c, d), Math.max(a, b, c, d)];
      if (high - low < 2 * layer) continue;
      guide[i] = meanAround(flat, width, x, y) < (low + high) / 2 ? low : high;
    }
  }
}

/** Mean of the measured ones of 3 x 3 pixels. */
function meanAround(values: Float32Array, width: number, x: number, y: number): number {
  const height = values.length / width;
  let [sum, count] = [0, 0];
  for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
    for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
      const value = values[v * width + u];
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
  return sum / count;
}

/** How much the guide changes from place to place on one terrace. */
function roughness(guide: Float32Array, width: number, lag: number): number {
  const every = Math.max(1, Math.floor(guide.length / 50_000));
  const changes: number[] = [];
  for (let i = 0; i + lag < guide.length; i += every)
    if ((i % width) + lag < width) changes.push(Math.abs(guide[i + lag] - guide[i]));
  for (let i = 0; i + lag * width < guide.length; i += every)
    changes.push(Math.abs(guide[i + lag * width] - guide[i]));
  return changes.length === 0 ? 0 : 1.4826 * quantile(changes, 0.5);
}

/** Less than this share of all heights is rounding. */
const rounding = 1e-6;

/** From the lowest to the highest measured value. */
function range(heights: Float32Array): number {
  let [low, high] = [Infinity, -Infinity];
  for (const value of heights) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return Math.max(0, high - low);
}

/** Middle and spread of heights above the ground, by quantiles: the tallest thing has no say. */
function spread(
  flat: Float32Array,
  ground: Float32Array,
  known: Uint8Array,
  least: number,
): { middle: number; sigma: number } {
  const every = Math.max(1, Math.floor(flat.length / 60_000) | 1);
  const some: number[] = [];
  for (let i = 0; i < flat.length; i += every) {
    const above = flat[i] - ground[i];
    if (known[i] === 0 || Number.isNaN(above)) continue;
    some.push(above);
  }
  if (some.length === 0) return { middle: 0, sigma: 1 };
  const sigma = Math.max(robustSigma(some), least);
  return { middle: quantile(some, 0.5), sigma: sigma > 0 ? sigma : 1 };
}
