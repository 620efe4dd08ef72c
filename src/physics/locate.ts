import { medianSpread } from "./medianSpread";
import { patchLattice, type LatticeOptions, type PatchLattice, type PatchShape, type PixelVector } from "./patchLattice"; // prettier-ignore
import { withoutStrokes } from "./withoutStrokes";

/** A feature on its crystal. */
export interface Located {
  readonly centre: PixelVector;
  readonly lattice: PatchLattice;
  /** Image less crystal, line offsets, and strokes of one or two lines. */
  readonly difference: Float64Array;
}

/** Share of the image, from the border, where no feature is looked for. */
const border = 0.2;

/**
 * Finds what differs from the crystal near the middle of an image, and fits the crystal to what lies around it. The centre is the mean place of the
 * difference's size, and is never moved to where the image is most symmetric.
 */
export function locate(
  values: ArrayLike<number>,
  shape: PatchShape,
  options: LatticeOptions & { readonly at?: PixelVector },
): Located {
  let lattice = patchLattice(values, shape, options);
  const radius = 0.9 * Math.hypot(...lattice.across);
  const first = differenceFrom(values, shape, lattice);
  // Where rows lie closer, a feature is no thicker than a stroke.
  const kept = Math.hypot(...lattice.across) < 5 ? first : withoutStrokes(first, shape);
  const cleaned = Float64Array.from(kept, (value, i) => values[i] + value - first[i]);
  let centre = options.at ?? centreOf(kept, shape, radius);
  const around = outside(shape, centre, 1.1 * radius);
  lattice = patchLattice(cleaned, shape, options, around, lattice);
  const difference = differenceFrom(cleaned, shape, lattice, around);
  if (options.at === undefined) centre = refine(difference, shape, centre, radius);
  return { centre, lattice, difference };
}

/** Noise of a pixel: the spread of the difference outside of the feature, by its median, so that other features do not count. */
export function noiseOf({ centre, lattice, difference }: Located, shape: PatchShape): number {
  const away = outside(shape, centre, farAway * Math.hypot(...lattice.across));
  return medianSpread(difference.filter((_, i) => away[i] > 0));
}

/** Distances of two rows from a feature's middle, beyond which little of it is left. */
export const farAway = 1.4;

/** 0 within a circle, 1 outside. */
function outside(
  { width, height }: PatchShape,
  [cx, cy]: PixelVector,
  radius: number,
): Float64Array {
  const result = new Float64Array(width * height).fill(1);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if ((x - cx) ** 2 + (y - cy) ** 2 <= radius * radius) result[y * width + x] = 0;
  return result;
}

/** Image less crystal, and less the median of each line outside of the feature. */
function differenceFrom(
  values: ArrayLike<number>,
  { width, height }: PatchShape,
  { model }: PatchLattice,
  weights?: Float64Array,
): Float64Array {
  const result = new Float64Array(model.length);
  for (let i = 0; i < result.length; i++) result[i] = values[i] - model[i];
  const line = new Float64Array(width);
  for (let y = 0, from = 0; y < height; y++, from += width) {
    let count = 0;
    for (let i = from; i < from + width; i++)
      if (weights === undefined || weights[i] > 0) line[count++] = result[i];
    if (count < width / 4) continue;
    const offset = line.subarray(0, count).sort()[count >> 1];
    for (let i = from; i < from + width; i++) result[i] -= offset;
  }
  return result;
}

/** Where most of the difference lies, away from the border: first a disc, then its mean place. */
function centreOf(difference: Float64Array, shape: PatchShape, radius: number): PixelVector {
  const { width, height } = shape;
  const near = radius / 2;
  let [best, most]: [PixelVector, number] = [[(width - 1) / 2, (height - 1) / 2], -1];
  for (let y = Math.round(border * height); y < (1 - border) * height; y++) {
    for (let x = Math.round(border * width); x < (1 - border) * width; x++) {
      let sum = 0;
      for (let v = Math.ceil(y - near); v <= y + near; v++)
        for (let u = Math.ceil(x - near); u <= x + near; u++)
          if (u >= 0 && v >= 0 && u < width && v < height) sum += difference[v * width + u] ** 2;
      if (sum > most) [best, most] = [[x, y], sum];
    }
  }
  return refine(difference, shape, best, radius);
}

/** The mean place of the difference's size above the noise, in a circle that follows it. */
function refine(
  difference: Float64Array,
  shape: PatchShape,
  start: PixelVector,
  radius: number,
): PixelVector {
  const { width, height } = shape;
  const noise = medianSpread(difference);
  let [cx, cy] = start;
  const sizeAt = (x: number, y: number): number =>
    (x - cx) ** 2 + (y - cy) ** 2 > radius * radius ? 0 : Math.abs(difference[y * width + x]);
  for (let pass = 0; pass < 3; pass++) {
    let [sum, x1, y1, highest] = [0, 0, 0, 0];
    const [left, right] = [Math.max(0, Math.ceil(cx - radius)), Math.min(width - 1, cx + radius)];
    const [top, bottom] = [Math.max(0, Math.ceil(cy - radius)), Math.min(height - 1, cy + radius)];
    for (let y = top; y <= bottom; y++)
      for (let x = left; x <= right; x++) highest = Math.max(highest, sizeAt(x, y));
    // What is not clearly above the noise would pull towards the middle of the circle.
    const least = Math.max(2.5 * noise, 0.25 * highest);
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const above = sizeAt(x, y) - least;
        if (above <= 0) continue;
        sum += above;
        x1 += x * above;
        y1 += y * above;
      }
    }
    if (sum === 0) break;
    [cx, cy] = [x1 / sum, y1 / sum];
  }
  return [cx, cy];
}
