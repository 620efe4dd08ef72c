import type { Rng } from "../core";
import type { PatchLattice, PatchShape } from "./patchLattice";
import { bilinear } from "./symmetryScores";

/** What a hole is filled from. */
export interface LatticeFillOptions {
  /** Pixels that must not be copied, beside the hole, such as other features. Row-major, not 0 where bad. */
  readonly bad?: Uint8Array;
  /** Draws the noise of what no cell can be copied to. @default no noise */
  readonly rng?: Rng;
}

/**
 * Fills a hole with the same place of other cells: those along the scan line first, which have the same line offset, then the nearest. Cells that
 * cannot be copied come from the fit of the crystal. The border is blended over one pixel. [h*w] -> [h*w]
 * @param hole row-major, not 0 where the image is filled
 */
export function latticeFill(
  values: ArrayLike<number>,
  shape: PatchShape,
  hole: Uint8Array,
  lattice: PatchLattice,
  { bad, rng }: LatticeFillOptions = {},
): Float32Array {
  const { width } = shape;
  const source = Float64Array.from(values, (value, i) => (hole[i] !== 0 || (bad?.[i] ?? 0) !== 0 ? NaN : value)); // prettier-ignore
  const out = Float32Array.from(values);
  const shifts = cellShifts(lattice, shape);
  const spread = rng === undefined ? 0 : spreadAround(source, lattice.model);
  for (let i = 0; i < hole.length; i++) {
    if (hole[i] === 0) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    let found = NaN;
    for (const [dx, dy] of shifts) {
      found = bicubic(source, shape, x + dx, y + dy);
      if (!Number.isNaN(found)) break;
    }
    if (Number.isNaN(found)) found = lattice.model[i] + spread * (rng?.normal() ?? 0);
    // One pixel inside the border half of the old value stays.
    const edge = hasClean(hole, shape, x, y) ? 0.5 : 1;
    out[i] = edge * found + (1 - edge) * values[i];
  }
  return out;
}

/** Whole cells away, those along the fast axis first. */
function cellShifts(
  { across, along }: PatchLattice,
  { width, height }: PatchShape,
): (readonly [number, number])[] {
  const reach = Math.ceil(Math.max(width, height) / Math.min(Math.hypot(...across), Math.hypot(...along))); // prettier-ignore
  const list: { readonly shift: readonly [number, number]; readonly cost: number }[] = [];
  for (let i = -reach; i <= reach; i++) {
    for (let j = -reach; j <= reach; j++) {
      if (i === 0 && j === 0) continue;
      const shift = [i * along[0] + j * across[0], i * along[1] + j * across[1]] as const;
      if (Math.abs(shift[0]) >= width || Math.abs(shift[1]) >= height) continue;
      // A line further costs as much as six pixels along it.
      list.push({ shift, cost: Math.abs(shift[0]) + 6 * Math.abs(shift[1]) });
    }
  }
  return list.sort((a, b) => a.cost - b.cost).map(({ shift }) => shift);
}

/** Whether one of the four neighbours lies outside of the hole. */
function hasClean(hole: Uint8Array, { width, height }: PatchShape, x: number, y: number): boolean {
  const clean = (column: number, row: number): boolean =>
    column >= 0 && row >= 0 && column < width && row < height && hole[row * width + column] === 0;
  return clean(x - 1, y) || clean(x + 1, y) || clean(x, y - 1) || clean(x, y + 1);
}

function spreadAround(source: Float64Array, model: Float64Array): number {
  let [squares, count] = [0, 0];
  source.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    squares += (value - model[i]) ** 2;
    count += 1;
  });
  return Math.sqrt(squares / Math.max(1, count));
}

/** Catmull-Rom between sixteen pixels; linear where the wider window is not clean, NaN where the inner one is not. */
function bicubic(values: Float64Array, shape: PatchShape, x: number, y: number): number {
  const { width, height } = shape;
  const [left, top] = [Math.floor(x), Math.floor(y)];
  if (left < 1 || top < 1 || left + 2 >= width || top + 2 >= height)
    return bilinear(values, shape, x, y);
  const across = cubicWeights(x - left);
  const down = cubicWeights(y - top);
  let sum = 0;
  for (let r = 0; r < 4; r++) {
    const from = (top - 1 + r) * width + left - 1;
    for (let c = 0; c < 4; c++) sum += down[r] * across[c] * values[from + c];
  }
  return Number.isNaN(sum) ? bilinear(values, shape, x, y) : sum;
}

function cubicWeights(t: number): readonly number[] {
  return [
    ((-t + 2) * t - 1) * t * 0.5,
    ((3 * t - 5) * t * t + 2) * 0.5,
    ((-3 * t + 4) * t + 1) * t * 0.5,
    (t - 1) * t * t * 0.5,
  ];
}
