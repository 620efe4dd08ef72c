import { tf, valuesOf } from "../../core";

/** How two images match best. */
export interface Match {
  /** Correlation of what overlaps, in [-1,1]. */
  readonly correlation: number;
  /** The best by any other turn or mirror, in [-1,1]: what anything as round, or as even, has. */
  readonly otherwise: number;
  /** Quarter turns and a mirror before the shift, from 0 to 7. */
  readonly symmetry: number;
  /** Shift in pixels. */
  readonly shift: readonly [down: number, right: number];
}

/** Edge at which a coarse look is taken. */
const coarseEdge = 14;

/** Correlation from afar from which a close look is taken. */
const worthALook = 0.8;

/** Share of the area that has to overlap. */
const leastOverlap = 0.45;

/**
 * The best correlation of a square image with each of others over turns by quarters, mirrors and shifts by whole pixels that leave about half of the area in common. A
 * coarse look first, then a close one around the best of it. [h*h], [h*h] each
 */
export function bestMatches(
  a: Float32Array,
  others: readonly Float32Array[],
  edge: number,
): Match[] {
  const factor = Math.max(1, Math.round(edge / coarseEdge));
  const coarse = Math.floor(edge / factor);
  const small = summed(shrink(a, edge, factor), coarse);
  const seen = others.map((other) => shrink(other, edge, factor));
  const places = placesFromAfar(small, seen);
  let whole: Summed | undefined;
  return others.map((other, i) => {
    let best = sorted(places[i]).slice(0, 2);
    // What is unlike from afar need not be looked at closely.
    if (factor > 1 && best[0].correlation >= worthALook) {
      const close = (whole ??= summed(a, edge));
      best = sorted(best.map((place) => lookClosely(close, other, factor, place)));
    }
    return { ...best[0], otherwise: best[1].correlation };
  });
}

const sorted = (places: readonly Place[]): Place[] => [...places].sort((x, y) => y.correlation - x.correlation); // prettier-ignore

/** Turns by quarters, and mirrors of them. */
const symmetries = 8;

/** Where an image and each turn or mirror of each other correlate best: those two of each other that do so most. */
function placesFromAfar(a: Summed, others: readonly Float32Array[]): Place[][] {
  const { edge } = a;
  const size = edge * edge;
  const count = others.length * symmetries;
  const forms = new Float32Array(count * size);
  others.forEach((other, i) => {
    const values = Float32Array.from(lessMean(other));
    for (let symmetry = 0; symmetry < symmetries; symmetry++)
      forms.set(transform(values, edge, symmetry), (i * symmetries + symmetry) * size);
  });
  const exact = new Map<number, Summed>();
  const formOf = (f: number): Summed => {
    const form = exact.get(f) ?? summed(transform(others[Math.floor(f / symmetries)], edge, f % symmetries), edge); // prettier-ignore
    exact.set(f, form);
    return form;
  };
  const overlaps = overlapsOf(edge);
  const [products, sums, squares] = sumsOf(a, forms, overlaps);
  const most = new Float64Array(count).fill(-2);
  const where = new Int32Array(count);
  overlaps.parts.forEach((part, s) => {
    const own = spreadOf(a, part.a, part);
    for (let f = 0, at = s * count; f < count; f++, at++) {
      const [sum, square] = [sums[at], squares[at]];
      let other = { sum, squares: square - (sum * sum) / part.n };
      // Of what is nearly flat 32 bits leave nothing.
      if (other.squares <= nearlyFlat * square) other = spreadOf(formOf(f), part.b, part);
      const correlation = correlationOf(own, other, products[at], part.n);
      if (correlation > most[f]) [most[f], where[f]] = [correlation, s];
    }
  });
  // The products have 32 bits, those of the best are taken with more.
  return others.map((_, i) => {
    const all = Array.from({ length: symmetries }, (_, symmetry) => {
      const f = i * symmetries + symmetry;
      return { correlation: most[f], symmetry, shift: overlaps.shifts[where[f]] };
    });
    const best = sorted(all).slice(0, 2);
    return best.map((place) => ({ ...place, correlation: correlate(a, formOf(i * symmetries + place.symmetry), ...place.shift) })); // prettier-ignore
  });
}

/** All shifts that leave enough in common. */
interface Overlaps {
  readonly edge: number;
  readonly shifts: readonly (readonly [down: number, right: number])[];
  readonly parts: readonly Overlap[];
  /** 1 where the shifted image lies on the other. [shifts, edge * edge] */
  readonly masks: Float32Array;
}

let lastOverlaps: Overlaps | undefined;

function overlapsOf(edge: number): Overlaps {
  if (lastOverlaps?.edge === edge) return lastOverlaps;
  const reach = Math.floor(edge * (1 - leastOverlap));
  const along = Array.from({ length: 2 * reach + 1 }, (_, at) => at - reach);
  const shifts = along
    .flatMap((down) => along.map((right) => [down, right] as const))
    .filter((shift) => overlap(edge, ...shift).n >= leastOverlap * edge * edge);
  const parts = shifts.map((shift) => overlap(edge, ...shift));
  const masks = new Float32Array(shifts.length * edge * edge);
  parts.forEach(({ height, width, b: [top, left] }, s) => {
    for (let y = top; y < top + height; y++) {
      const from = (s * edge + y) * edge + left;
      masks.fill(1, from, from + width);
    }
  });
  return (lastOverlaps = { edge, shifts, parts, masks });
}

/**
 * At each shift, of what overlaps: sums of products of an image with each form, of the form's values, and of their squares; all at once, by products of matrices.
 * [shifts, forms] each
 */
function sumsOf(
  a: Summed,
  forms: Float32Array,
  { parts, masks }: Overlaps,
): [products: Float32Array, sums: Float32Array, squares: Float32Array] {
  const { edge } = a;
  const size = edge * edge;
  const shifted = new Float32Array(parts.length * size);
  parts.forEach(({ height, width, a: [top, left], b: [downTo, rightTo] }, s) => {
    for (let y = 0; y < height; y++) {
      const from = (top + y) * edge + left;
      shifted.set(a.values.subarray(from, from + width), (s * edge + downTo + y) * edge + rightTo);
    }
  });
  const count = forms.length / size;
  const all = valuesOf(() => {
    const [shape, of] = [[parts.length, size] as [number, number], tf.tensor2d(forms, [count, size])]; // prettier-ignore
    const [moved, mask] = [tf.tensor2d(shifted, shape), tf.tensor2d(masks, shape)];
    const each = [tf.matMul(moved, of, false, true), tf.matMul(mask, of, false, true), tf.matMul(mask, of.square(), false, true)]; // prettier-ignore
    return tf.concat(each, 0);
  });
  const length = parts.length * count;
  return [all.subarray(0, length), all.subarray(length, 2 * length), all.subarray(2 * length)];
}

type Place = Omit<Match, "otherwise">;

function lookClosely(
  a: Summed,
  b: Float32Array,
  factor: number,
  { symmetry, shift }: Place,
): Place {
  const turned = summed(transform(b, a.edge, symmetry), a.edge);
  let top: Place = { correlation: -2, symmetry, shift: [0, 0] };
  const around = factor + 1;
  for (let dy = factor * shift[0] - around; dy <= factor * shift[0] + around; dy++) {
    for (let dx = factor * shift[1] - around; dx <= factor * shift[1] + around; dx++) {
      const correlation = correlate(a, turned, dy, dx);
      if (correlation > top.correlation) top = { correlation, symmetry, shift: [dy, dx] };
    }
  }
  return top;
}

/** An image less its mean, with the sums of its values and of their squares above and left of every corner, so that those of a part are four numbers. */
interface Summed {
  readonly edge: number;
  readonly values: Float64Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

function lessMean(image: Float32Array): Float64Array {
  let mean = 0;
  for (const value of image) mean += value / image.length;
  const values = new Float64Array(image.length);
  for (let p = 0; p < values.length; p++) values[p] = image[p] - mean;
  return values;
}

function summed(image: Float32Array, edge: number): Summed {
  const values = lessMean(image);
  const corners = edge + 1;
  const sums = new Float64Array(corners * corners);
  const squares = new Float64Array(corners * corners);
  for (let y = 0; y < edge; y++) {
    let [sum, square] = [0, 0];
    for (let x = 0; x < edge; x++) {
      const value = values[y * edge + x];
      sum += value;
      square += value * value;
      const at = (y + 1) * corners + x + 1;
      sums[at] = sums[at - corners] + sum;
      squares[at] = squares[at - corners] + square;
    }
  }
  return { edge, values, sums, squares };
}

/** What lies on each other of two images, the second of which is shifted: a size, and where it begins in each. */
interface Overlap {
  readonly height: number;
  readonly width: number;
  readonly n: number;
  readonly a: Corner;
  readonly b: Corner;
}

type Corner = readonly [top: number, left: number];

function overlap(edge: number, dy: number, dx: number): Overlap {
  const [height, width] = [edge - Math.abs(dy), edge - Math.abs(dx)];
  const [top, left] = [Math.max(0, dy), Math.max(0, dx)];
  return { height, width, n: height * width, a: [top, left], b: [top - dy, left - dx] };
}

/** The sum of a part's values, and of their squared distances from its mean. */
interface Spread {
  readonly sum: number;
  readonly squares: number;
}

function spreadOf(image: Summed, [top, left]: Corner, { height, width, n }: Overlap): Spread {
  const corners = image.edge + 1;
  const [from, to] = [top * corners + left, (top + height) * corners + left];
  const over = (sums: Float64Array): number => sums[to + width] - sums[from + width] - sums[to] + sums[from]; // prettier-ignore
  const sum = over(image.sums);
  return { sum, squares: over(image.squares) - (sum * sum) / n };
}

/** What is flat correlates with nothing. */
const flat = 1e-12;

/** Part of a sum of squares below which what is left without the mean is rounding in single precision. */
const nearlyFlat = 1e-4;

function correlationOf(a: Spread, b: Spread, product: number, n: number): number {
  if (a.squares <= flat || b.squares <= flat) return 0;
  return (product - (a.sum * b.sum) / n) / Math.sqrt(a.squares * b.squares);
}

/** Correlation of the parts of two images that lie on each other when the second is shifted. */
function correlate(a: Summed, b: Summed, dy: number, dx: number): number {
  const { edge } = a;
  const part = overlap(edge, dy, dx);
  const [top, left] = part.a;
  let product = 0;
  for (let y = top; y < top + part.height; y++) {
    const [i, j] = [y * edge, (y - dy) * edge - dx];
    for (let x = left; x < left + part.width; x++) product += a.values[i + x] * b.values[j + x];
  }
  return correlationOf(spreadOf(a, part.a, part), spreadOf(b, part.b, part), product, part.n);
}

/** Means of blocks. */
function shrink(image: Float32Array, edge: number, factor: number): Float32Array {
  if (factor === 1) return image;
  const small = Math.floor(edge / factor);
  const out = new Float32Array(small * small);
  for (let y = 0; y < small * factor; y++)
    for (let x = 0; x < small * factor; x++)
      out[Math.floor(y / factor) * small + Math.floor(x / factor)] += image[y * edge + x];
  return out;
}

/** Turned by quarters, and mirrored from 4 on. */
export function transform(image: Float32Array, edge: number, symmetry: number): Float32Array {
  if (symmetry === 0) return image;
  const out = new Float32Array(image.length);
  const last = edge - 1;
  for (let y = 0; y < edge; y++) {
    for (let x = 0; x < edge; x++) {
      const mirrored = symmetry >= 4 ? last - x : x;
      const turns = symmetry % 4;
      const [ty, tx] =
        turns === 0
          ? [y, mirrored]
          : turns === 1
            ? [last - mirrored, y]
            : turns === 2
              ? [last - y, last - mirrored]
              : [mirrored, last - y];
      out[ty * edge + tx] = image[y * edge + x];
    }
  }
  return out;
}
