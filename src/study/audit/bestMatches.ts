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
  const forms = others.flatMap((other) => {
    const seen = shrink(other, edge, factor);
    return Array.from({ length: 8 }, (_, symmetry) => summed(transform(seen, coarse, symmetry), coarse)); // prettier-ignore
  });
  const places = placesFromAfar(small, forms);
  let whole: Summed | undefined;
  return others.map((other, i) => {
    let best = sorted(places.slice(8 * i, 8 * (i + 1))).slice(0, 2);
    // What is unlike from afar need not be looked at closely.
    if (factor > 1 && best[0].correlation >= worthALook) {
      const close = (whole ??= summed(a, edge));
      best = sorted(best.map((place) => lookClosely(close, other, factor, place)));
    }
    return { ...best[0], otherwise: best[1].correlation };
  });
}

const sorted = (places: readonly Place[]): Place[] => [...places].sort((x, y) => y.correlation - x.correlation); // prettier-ignore

/** Where an image and each form of others, eight for each, correlate best. */
function placesFromAfar(a: Summed, forms: readonly Summed[]): Place[] {
  const { edge } = a;
  const reach = Math.floor(edge * (1 - leastOverlap));
  const wide = 2 * reach + 1;
  const products = productsOf(a, forms, reach);
  const most = new Float64Array(forms.length).fill(-2);
  const shifts = forms.map((): readonly [number, number] => [0, 0]);
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const part = overlap(edge, dy, dx);
      if (part.n < leastOverlap * edge * edge) continue;
      const own = spreadOf(a, part.a, part);
      const from = ((dy + reach) * wide + dx + reach) * forms.length;
      for (let f = 0; f < forms.length; f++) {
        const correlation = correlationOf(own, spreadOf(forms[f], part.b, part), products[from + f], part.n); // prettier-ignore
        if (correlation > most[f]) [most[f], shifts[f]] = [correlation, [dy, dx]];
      }
    }
  }
  // The products have 32 bits, that of the best is taken with more.
  return forms.map((form, f) => ({
    correlation: most[f] === -2 ? -2 : correlate(a, form, ...shifts[f]),
    symmetry: f % 8,
    shift: shifts[f],
  }));
}

/** Sums of products of an image with each form at each shift, all at once: one product of matrices. [2 reach + 1, 2 reach + 1, forms] */
function productsOf(a: Summed, forms: readonly Summed[], reach: number): Float32Array {
  const { edge } = a;
  const [padded, wide] = [edge + 2 * reach, 2 * reach + 1];
  const image = new Float32Array(padded * padded);
  for (let y = 0; y < edge; y++)
    image.set(a.values.subarray(y * edge, (y + 1) * edge), (y + reach) * padded + reach);
  const size = edge * edge;
  const shifted = new Float32Array(wide * wide * size);
  for (let down = 0, to = 0; down < wide; down++)
    for (let right = 0; right < wide; right++)
      for (let y = 0; y < edge; y++, to += edge) {
        const from = (down + y) * padded + right;
        shifted.set(image.subarray(from, from + edge), to);
      }
  const filters = new Float32Array(forms.length * size);
  forms.forEach(({ values }, f) => filters.set(values, f * size));
  return valuesOf(() =>
    tf.matMul(
      tf.tensor2d(shifted, [wide * wide, size]),
      tf.tensor2d(filters, [forms.length, size]),
      false,
      true,
    ),
  );
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

function summed(image: Float32Array, edge: number): Summed {
  let mean = 0;
  for (const value of image) mean += value / image.length;
  const values = new Float64Array(image.length);
  for (let p = 0; p < values.length; p++) values[p] = image[p] - mean;
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
