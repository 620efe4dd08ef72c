import { solveSymmetric } from "./solveSymmetric";

/** A vector in pixels, to the right and down. */
export type PixelVector = readonly [x: number, y: number];

/** What is known of a lattice before it is looked for. */
export interface LatticeOptions {
  /**
   * Lengths of the rectangular cell in nm, along and across the rows, for example [0.384, 0.768] of Si(001); within 8 % of it the fit is free.
   * @default rows 0.5 to 1 nm apart, and half of that along them
   */
  readonly cellNm?: readonly [along: number, across: number];
  /** Nanometres of a pixel. @default what the images say; without it rows are looked for from 5 pixels to 2/5 of the image */
  readonly nmPerPixel?: number;
}

/** The rows of a crystal under a small image: two vectors and where they begin. */
export interface PatchLattice {
  /** From one row to the next. */
  readonly across: PixelVector;
  /** From one cell to the next along the row. */
  readonly along: PixelVector;
  /** Radians of the crystal's fundamental across the rows at pixel (0, 0), 0 on the middle of a bright row. */
  readonly phaseAcross: number;
  /** The same along the rows. */
  readonly phaseAlong: number;
  /** Height of the rows, half of peak to valley of the fundamental, in the images' unit. */
  readonly amplitudeAcross: number;
  readonly amplitudeAlong: number;
  /** One standard deviation of the amplitudes, from what the fit leaves. */
  readonly amplitudeError: number;
  /** Whether the cells along the rows stand out of the noise by three deviations, without which sites along a row are not known. */
  readonly alongSeen: boolean;
  /** Degrees of the rows, counter-clockwise from the fast axis, 0 to 180. */
  readonly rowDegrees: number;
  /** The clean crystal under each pixel, with the plane. [h*w] */
  readonly model: Float64Array;
}

/** How an image lies in memory. */
export interface PatchShape {
  readonly height: number;
  readonly width: number;
}

/** Harmonics of the fit, in units of the two reciprocal vectors; `basisOf` has them in this order. */
const harmonics: readonly (readonly [along: number, across: number])[] = [
  [0, 1],
  [1, 0],
  [0, 2],
  [1, 1],
  [1, -1],
];

/** Clips what stands out, so that a defect does not turn the rows. */
function robust(values: Float64Array): Float64Array {
  const order = values.slice().sort();
  const median = order[order.length >> 1];
  const deviations = values.map((value) => Math.abs(value - median)).sort();
  const bound = 2.2 * (deviations[deviations.length >> 1] || 1);
  return values.map((value) => Math.max(-bound, Math.min(bound, value - median)));
}

/** Smooth towards the border, so that rows of any spacing have narrow peaks. */
function taper({ height, width }: PatchShape): Float64Array {
  const hann = (n: number): Float64Array =>
    Float64Array.from({ length: n }, (_, i) => Math.sin((Math.PI * (i + 0.5)) / n) ** 2);
  const [rows, columns] = [hann(height), hann(width)];
  return Float64Array.from({ length: height * width }, (_, i) => rows[Math.floor(i / width)] * columns[i % width]); // prettier-ignore
}

/** Power of an image at a frequency in cycles a pixel. */
function powerAt(
  image: Float64Array,
  { height, width }: PatchShape,
  fx: number,
  fy: number,
): number {
  const [stepRe, stepIm] = [Math.cos(2 * Math.PI * fx), Math.sin(2 * Math.PI * fx)];
  const [downRe, downIm] = [Math.cos(2 * Math.PI * fy), Math.sin(2 * Math.PI * fy)];
  let [re, im, rowRe, rowIm] = [0, 0, 1, 0];
  for (let y = 0, i = 0; y < height; y++) {
    let [aRe, aIm, sumRe, sumIm] = [1, 0, 0, 0];
    for (let x = 0; x < width; x++, i++) {
      sumRe += image[i] * aRe;
      sumIm += image[i] * aIm;
      const next = aRe * stepRe - aIm * stepIm;
      aIm = aRe * stepIm + aIm * stepRe;
      aRe = next;
    }
    re += sumRe * rowRe - sumIm * rowIm;
    im += sumRe * rowIm + sumIm * rowRe;
    const next = rowRe * downRe - rowIm * downIm;
    rowIm = rowRe * downIm + rowIm * downRe;
    rowRe = next;
  }
  return re * re + im * im;
}

/** Row distances that are tried, in pixels, and by how much the finest step may still move one. */
function distances(shape: PatchShape, { cellNm, nmPerPixel }: LatticeOptions): number[] {
  if (cellNm !== undefined && nmPerPixel !== undefined) return [cellNm[1] / nmPerPixel];
  const [from, to] =
    nmPerPixel === undefined
      ? [5, 0.4 * Math.min(shape.height, shape.width)]
      : [0.5 / nmPerPixel, 1 / nmPerPixel];
  const count = Math.max(1, Math.ceil(Math.log(Math.max(to, from * 1.01) / from) / Math.log(1.12)));
  return Array.from({ length: count + 1 }, (_, i) => from * (to / from) ** (i / count));
}

interface Found {
  readonly pixels: number;
  readonly angle: number;
}

/** The frequency of the rows: the strongest over all directions, then refined. */
function findRows(image: Float64Array, shape: PatchShape, options: LatticeOptions): Found {
  const known = options.cellNm !== undefined && options.nmPerPixel !== undefined;
  const power = (pixels: number, angle: number): number =>
    powerAt(image, shape, Math.cos(angle) / pixels, Math.sin(angle) / pixels);
  const list = distances(shape, options);
  let best = { pixels: list[0], angle: 0, power: -1 };
  const attempt = (pixels: number, angle: number): void => {
    const found = power(pixels, angle);
    if (found > best.power) best = { pixels, angle, power: found };
  };
  const angles = 40;
  for (const pixels of list)
    for (let a = 0; a < angles; a++) attempt(pixels, (Math.PI * a) / angles);
  const nominal = best.pixels;
  for (let [turn, scale] = [Math.PI / angles / 2, 0.05]; turn > 0.001; turn /= 2, scale /= 2) {
    const { pixels, angle } = best;
    for (const da of [-1, 1]) attempt(pixels, angle + da * turn);
    for (const dp of [-1, 1]) {
      const next = pixels * (1 + dp * scale);
      if (!known || Math.abs(next / nominal - 1) <= 0.08) attempt(next, best.angle);
    }
  }
  return best;
}

/**
 * Finds the rows under an image and fits the clean crystal, a sum of waves with a plane, to the pixels that count. The image should hold at least three
 * rows. [h*w] -> vectors and phases in pixels
 * @param weights 0 for pixels that do not belong to the clean crystal, 1 for others; default a fit that leaves out nothing
 * @param rows the rows, where they are known already: of the same image, or of the scan that it was cut from
 */
export function patchLattice(
  values: ArrayLike<number>,
  shape: PatchShape,
  options: LatticeOptions = {},
  weights?: Float64Array,
  rows?: Pick<PatchLattice, "across" | "along">,
): PatchLattice {
  const image = Float64Array.from(values);
  const vectors = rows ?? rowVectors(image, shape, options);
  const fit = fitCrystal(image, shape, vectors, weights);
  const phase = (n: number): readonly [amplitude: number, phase: number] => {
    const [c, s] = [fit.waves[2 * n], fit.waves[2 * n + 1]];
    return [Math.hypot(c, s), -Math.atan2(s, c)];
  };
  const [amplitudeAcross, phaseAcross] = phase(0);
  const [amplitudeAlong, phaseAlong] = phase(1);
  const degrees = (Math.atan2(-vectors.along[1], vectors.along[0]) * 180) / Math.PI;
  return {
    ...vectors,
    amplitudeAcross,
    phaseAcross,
    amplitudeAlong,
    phaseAlong,
    amplitudeError: fit.error,
    alongSeen: amplitudeAlong > 3 * fit.error,
    rowDegrees: ((degrees % 180) + 180) % 180,
    model: fit.model,
  };
}

function rowVectors(
  image: Float64Array,
  shape: PatchShape,
  options: LatticeOptions,
): Pick<PatchLattice, "across" | "along"> {
  const window = taper(shape);
  const clipped = robust(image).map((value, i) => value * window[i]);
  const { pixels, angle } = findRows(clipped, shape, options);
  const ratio = options.cellNm === undefined ? 0.5 : options.cellNm[0] / options.cellNm[1];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return {
    across: [pixels * cos, pixels * sin],
    along: [ratio * pixels * -sin, ratio * pixels * cos],
  };
}

/** Frequencies, in radians a pixel, of the two vectors of a cell. */
export function reciprocal({ across, along }: Pick<PatchLattice, "across" | "along">): {
  across: PixelVector;
  along: PixelVector;
} {
  const area = (2 * Math.PI) / (across[0] * along[1] - across[1] * along[0]);
  return {
    across: [along[1] * area, -along[0] * area],
    along: [-across[1] * area, across[0] * area],
  };
}

interface CrystalFit {
  /** Cosine and sine of each harmonic. */
  readonly waves: Float64Array;
  readonly model: Float64Array;
  /** One deviation of an amplitude. */
  readonly error: number;
}

/** Constant, slopes and waves under each pixel, row by row. */
interface Basis {
  readonly vectors: Pick<PatchLattice, "across" | "along">;
  readonly terms: number;
  readonly values: Float64Array;
}

/** The last basis, since one image is fitted several times with other pixels left out. */
let lastBasis: Basis | undefined;

function basisOf({ height, width }: PatchShape, vectors: Basis["vectors"]): Basis {
  const terms = 3 + 2 * harmonics.length;
  const size = height * width * terms;
  const { across, along } = vectors;
  if (
    lastBasis?.vectors.across === across &&
    lastBasis.vectors.along === along &&
    lastBasis.values.length === size
  )
    return lastBasis;
  const k = reciprocal(vectors);
  const values = new Float64Array(size);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const a = k.along[0] * x + k.along[1] * y;
      const c = k.across[0] * x + k.across[1] * y;
      const [ca, sa, cc, sc] = [Math.cos(a), Math.sin(a), Math.cos(c), Math.sin(c)];
      values[at] = 1;
      values[at + 1] = x / width - 0.5;
      values[at + 2] = y / height - 0.5;
      values[at + 3] = cc;
      values[at + 4] = sc;
      values[at + 5] = ca;
      values[at + 6] = sa;
      values[at + 7] = cc * cc - sc * sc;
      values[at + 8] = 2 * cc * sc;
      values[at + 9] = ca * cc - sa * sc;
      values[at + 10] = sa * cc + ca * sc;
      values[at + 11] = ca * cc + sa * sc;
      values[at + 12] = sa * cc - ca * sc;
      at += terms;
    }
  }
  lastBasis = { vectors, terms, values };
  return lastBasis;
}

function fitCrystal(
  image: Float64Array,
  shape: PatchShape,
  vectors: Basis["vectors"],
  weights?: Float64Array,
): CrystalFit {
  const { values: basis, terms } = basisOf(shape, vectors);
  const matrix = new Float64Array(terms * terms);
  const right = new Float64Array(terms);
  const row = new Float64Array(terms);
  let count = 0;
  for (let i = 0, from = 0; i < image.length; i++, from += terms) {
    const weight = weights === undefined ? 1 : weights[i];
    if (weight === 0) continue;
    count += weight;
    const value = image[i];
    for (let r = 0; r < terms; r++) row[r] = basis[from + r];
    for (let r = 0; r < terms; r++) {
      const scaled = weight * row[r];
      right[r] += scaled * value;
      const to = r * terms;
      for (let c = 0; c <= r; c++) matrix[to + c] += scaled * row[c];
    }
  }
  const solution = solveSymmetric(matrix, right);
  const model = new Float64Array(image.length);
  let squares = 0;
  for (let i = 0, from = 0; i < image.length; i++, from += terms) {
    let sum = 0;
    for (let r = 0; r < terms; r++) sum += solution[r] * basis[from + r];
    model[i] = sum;
    squares += (weights === undefined ? 1 : weights[i]) * (image[i] - sum) ** 2;
  }
  const error = Math.sqrt((2 * squares) / Math.max(1, count - terms) / Math.max(1, count));
  return { waves: solution.subarray(3), model, error };
}
