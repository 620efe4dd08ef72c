import { checkNumber, InputError } from "../core";
import type { PatchShape, PixelVector } from "./patchLattice";

/** About what, and how, an image is compared with its mirror images. */
export interface SymmetryOptions {
  /** The point of symmetry in pixels: a site of the lattice. A centre that is searched for the highest score erases asymmetry. */
  readonly centre: PixelVector;
  /** Pixels around the centre that are compared, at least 2. */
  readonly radius: number;
  /** Direction of the rows, any length. @default [0, 1], down the image */
  readonly along?: PixelVector;
  /** The same place measured a second time, such as the retrace, without its lag: scores are then free of noise. */
  readonly second?: ArrayLike<number>;
  /** Standard deviation of a pixel's noise, which one image alone is corrected by. @default 0 */
  readonly noise?: number;
  /** Whether pixels on a mirror line count, which match themselves however noisy they are. @default false where noise or a second image is given */
  readonly axis?: boolean;
}

/** How well an image matches itself, 1 for symmetric, 0 for unrelated, -1 for its opposite. */
export interface SymmetryScores {
  /** After reflection in the line along the rows, which exchanges the two sides of a row. */
  readonly mirrorAcross: number;
  /** After reflection in the line across the rows, which exchanges the two directions along a row. */
  readonly mirrorAlong: number;
  /** After half a turn. */
  readonly halfTurn: number;
  /** (3 - the sum of the three) / 4: 0 for the full symmetry of a rectangular site. */
  readonly asymmetry: number;
  /** Share of the image's variance that is no noise. */
  readonly signalShare: number;
  /** Whether noise leaves enough to judge by; the scores are of no use where it does not. */
  readonly measurable: boolean;
}

/** Below this share of signal scores are not told: the deviation of the corrected score is then 0.3 and more. */
const leastSignal = 0.4;

/**
 * Symmetry of what differs from the clean crystal, in a circle about one site, its mean removed: the normalised correlation of the image with its mirror
 * images. Noise lowers it by the signal's share; a second image, or the noise's size, gives that share. Values between pixels are bilinear.
 * @throws InputError if the circle is smaller than 2 pixels, or does not lie within the image
 * @see Zabrodsky, Peleg & Avnir 1992, J. Am. Chem. Soc. 114, 7843, for continuous measures of symmetry
 */
export function symmetryScores(
  difference: ArrayLike<number>,
  shape: PatchShape,
  { centre, radius, along = [0, 1], second, noise = 0, axis }: SymmetryOptions,
): SymmetryScores {
  checkNumber("radius", radius, { min: 2 });
  checkInside(shape, centre, radius);
  const disc = discPixels(shape, centre, radius);
  const length = Math.hypot(along[0], along[1]);
  const direction = [along[0] / length, along[1] / length] as const;
  const first = centred(difference, disc);
  const other = second === undefined ? first : centred(second, disc);
  const skip = !(axis ?? (second === undefined && noise === 0));
  const score = (kind: Reflection): number =>
    correlation({ first, other, disc, shape, centre, radius, direction, noise, skip }, kind);
  const [mirrorAcross, mirrorAlong, halfTurn] = [score("across"), score("along"), score("turn")];
  const signalShare = shareOfSignal(first, second === undefined ? undefined : other, disc, noise);
  return {
    mirrorAcross,
    mirrorAlong,
    halfTurn,
    asymmetry: (3 - mirrorAcross - mirrorAlong - halfTurn) / 4,
    signalShare,
    measurable: signalShare >= leastSignal,
  };
}

function checkInside({ width, height }: PatchShape, [x, y]: PixelVector, radius: number): void {
  if (Math.min(x, y) >= 2 && x <= width - 3 && y <= height - 3) return;
  throw new InputError({
    got: `a centre at ${x.toFixed(1)}, ${y.toFixed(1)} with radius ${radius} of an image of ${width} x ${height} pixels`,
    expected: "a centre within the image",
    todo: "Choose another centre, or cut a larger image.",
  });
}

function discPixels(
  { width, height }: PatchShape,
  [cx, cy]: PixelVector,
  radius: number,
): number[] {
  const pixels: number[] = [];
  for (let y = Math.max(0, Math.ceil(cy - radius)); y <= Math.min(height - 1, cy + radius); y++)
    for (let x = Math.max(0, Math.ceil(cx - radius)); x <= Math.min(width - 1, cx + radius); x++)
      if ((x - cx) ** 2 + (y - cy) ** 2 <= radius * radius) pixels.push(y * width + x);
  return pixels;
}

function centred(values: ArrayLike<number>, disc: readonly number[]): Float64Array {
  let mean = 0;
  for (const i of disc) mean += values[i] / disc.length;
  return Float64Array.from(values, (value) => value - mean);
}

type Reflection = "across" | "along" | "turn";

interface Comparison {
  readonly first: Float64Array;
  readonly other: Float64Array;
  readonly disc: readonly number[];
  readonly shape: PatchShape;
  readonly centre: PixelVector;
  readonly radius: number;
  readonly direction: PixelVector;
  readonly noise: number;
  readonly skip: boolean;
}

function correlation(
  { first, other, disc, shape, centre, direction, noise, skip }: Comparison,
  kind: Reflection,
): number {
  const { width } = shape;
  let [cross, own] = [0, 0];
  for (const i of disc) {
    const [dx, dy] = [(i % width) - centre[0], Math.floor(i / width) - centre[1]];
    const along = dx * direction[0] + dy * direction[1];
    const across = dx * direction[1] - dy * direction[0];
    const fromAxis = kind === "across" ? Math.abs(across) : kind === "along" ? Math.abs(along) : Math.hypot(dx, dy); // prettier-ignore
    if (skip && fromAxis < 0.75) continue;
    const [u, v] = [kind === "across" ? along : -along, kind === "along" ? across : -across];
    const x = centre[0] + u * direction[0] + v * direction[1];
    const y = centre[1] + u * direction[1] - v * direction[0];
    const mirrored = bilinear(other, shape, x, y);
    const back = first === other ? mirrored : bilinear(first, shape, x, y);
    if (Number.isNaN(mirrored)) continue;
    cross += first[i] * mirrored + other[i] * back;
    own += 2 * (first[i] * other[i] - (first === other ? noise * noise : 0));
  }
  if (own <= 0) return 0;
  return Math.max(-1.5, Math.min(1.5, cross / own));
}

function shareOfSignal(
  first: Float64Array,
  second: Float64Array | undefined,
  disc: readonly number[],
  noise: number,
): number {
  let [own, both, other] = [0, 0, 0];
  for (const i of disc) {
    own += first[i] ** 2;
    if (second === undefined) continue;
    both += first[i] * second[i];
    other += second[i] ** 2;
  }
  if (own === 0) return 0;
  const share =
    second === undefined ? 1 - (noise * noise * disc.length) / own : both / Math.sqrt(own * other);
  return Math.max(0, Math.min(1, share || 0));
}

/** A value between four pixels; NaN beyond the border. */
export function bilinear(
  values: Float64Array,
  { width, height }: PatchShape,
  x: number,
  y: number,
): number {
  const [left, top] = [Math.floor(x + 1e-9), Math.floor(y + 1e-9)];
  const [a, b] = [Math.max(0, x - left), Math.max(0, y - top)];
  if (left < 0 || top < 0 || left >= width || top >= height) return NaN;
  const right = a < 1e-9 ? left : left + 1;
  const below = b < 1e-9 ? top : top + 1;
  if (right >= width || below >= height) return NaN;
  const upper = values[top * width + left] * (1 - a) + values[top * width + right] * a;
  const lower = values[below * width + left] * (1 - a) + values[below * width + right] * a;
  return upper * (1 - b) + lower * b;
}
