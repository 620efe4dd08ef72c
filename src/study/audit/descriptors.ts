import type { ImageSet } from "../../core";
import { transform } from "./bestMatches";

/** Rows that stand for images: each image has so many, one after the other, of so many numbers. */
export interface Views {
  readonly rows: Float32Array;
  readonly each: number;
  readonly length: number;
}

/** Highest frequency that a descriptor looks at, in periods an edge. */
const highest = 6;

/** Numbers of a descriptor: pairs of frequencies, the larger first. */
const descriptorLength = ((highest + 1) * (highest + 2)) / 2 - 1;

/**
 * What the texture of an image is like, however it is turned by quarters or mirrored and with whatever level and contrast: strengths of its low frequencies, each
 * averaged over the directions that a turn or mirror brings together, of length 1. One row for each of these windows, three quarters of the edge wide, so that a shift
 * finds its window. [n,h,h] -> [n*k,d]
 */
export function textures(grey: Float32Array, edge: number, places: 1 | 9): Views {
  const wide = Math.round((3 * edge) / 4);
  const middle = Math.floor((edge - wide) / 2);
  const starts = places === 1 ? [middle] : [0, middle, edge - wide];
  const windows = starts.flatMap((top) => starts.map((left) => [top, left] as const));
  const length = descriptorLength;
  const n = grey.length / (edge * edge);
  const rows = new Float32Array(n * windows.length * length);
  const waves = wavesOf(wide);
  for (let i = 0; i < n; i++) {
    windows.forEach(([top, left], w) => {
      const part = cut(
        grey.subarray(i * edge * edge, (i + 1) * edge * edge),
        edge,
        top,
        left,
        wide,
      );
      unit(part);
      rows.set(strengthsOf(part, wide, waves), (i * windows.length + w) * length);
    });
  }
  return { rows, each: windows.length, length };
}

/** Edge of an image seen from afar, and of the part of it that is looked for. */
const [afar, part] = [10, 6];

/** The middle of each image from afar, in all eight turns and mirrors. [n,h,h] -> [n*8,d] */
export function middles(grey: Float32Array, edge: number): Views {
  const small = fromAfar(grey, edge);
  const start = (afar - part) / 2;
  const rows = new Float32Array((small.length / (afar * afar)) * 8 * part * part);
  for (let i = 0; i * afar * afar < small.length; i++) {
    const image = small.subarray(i * afar * afar, (i + 1) * afar * afar);
    const middle = unit(cut(image, afar, start, start, part));
    for (let symmetry = 0; symmetry < 8; symmetry++)
      rows.set(transform(middle, part, symmetry), (i * 8 + symmetry) * part * part);
  }
  return { rows, each: 8, length: part * part };
}

/** All parts of each image from afar that a middle may be found in. [n,h,h] -> [n*25,d] */
export function parts(grey: Float32Array, edge: number): Views {
  const small = fromAfar(grey, edge);
  const reach = afar - part + 1;
  const length = part * part;
  const rows = new Float32Array((small.length / (afar * afar)) * reach * reach * length);
  let at = 0;
  for (let from = 0; from < small.length; from += afar * afar) {
    const image = small.subarray(from, from + afar * afar);
    for (let top = 0; top < reach; top++)
      for (let left = 0; left < reach; left++)
        rows.set(unit(cut(image, afar, top, left, part)), length * at++);
  }
  return { rows, each: reach * reach, length };
}

/** Mean over the channels of each image. [n,h,w] */
export function greyImages(set: ImageSet, indices: Int32Array): Float32Array {
  const [height, width, channels] = set.shape;
  const grey = new Float32Array(indices.length * height * width);
  const chunk = 256;
  for (let from = 0; from < indices.length; from += chunk) {
    const values = set.pixels.read(indices.subarray(from, from + chunk));
    const at = from * height * width;
    for (let p = 0; p * channels < values.length; p++) {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += values[p * channels + c];
      grey[at + p] = sum / channels;
    }
  }
  return grey;
}

/** Means over areas of the images, [n,h,h] -> [n,10,10]. */
function fromAfar(grey: Float32Array, edge: number): Float32Array {
  const n = grey.length / (edge * edge);
  const across = new Float32Array(n * edge * afar);
  // Along the rows, then along the columns; a pixel on the border of two areas counts for both by its share.
  const shares = Array.from({ length: afar }, (_, a) => sharesOf((a * edge) / afar, ((a + 1) * edge) / afar)); // prettier-ignore
  for (let row = 0; row < n * edge; row++)
    shares.forEach((some, a) => {
      for (const [x, share] of some) across[row * afar + a] += share * grey[row * edge + x];
    });
  const out = new Float32Array(n * afar * afar);
  for (let i = 0; i < n; i++)
    shares.forEach((some, a) => {
      for (const [y, share] of some)
        for (let x = 0; x < afar; x++)
          out[(i * afar + a) * afar + x] += share * across[(i * edge + y) * afar + x];
    });
  return out;
}

function sharesOf(from: number, to: number): [at: number, share: number][] {
  const out: [number, number][] = [];
  for (let x = Math.floor(from); x < Math.ceil(to - 1e-9); x++)
    out.push([x, (Math.min(to, x + 1) - Math.max(from, x)) / (to - from)]);
  return out;
}

function cut(
  image: Float32Array,
  edge: number,
  top: number,
  left: number,
  wide: number,
): Float32Array {
  const out = new Float32Array(wide * wide);
  for (let y = 0; y < wide; y++) {
    const from = (top + y) * edge + left;
    out.set(image.subarray(from, from + wide), y * wide);
  }
  return out;
}

/** Takes off the mean and makes the length 1, in place; what is flat becomes 0. */
function unit(row: Float32Array): Float32Array {
  let mean = 0;
  for (const x of row) mean += x / row.length;
  let squares = 0;
  for (let p = 0; p < row.length; p++) {
    row[p] -= mean;
    squares += row[p] * row[p];
  }
  const factor = squares > 1e-12 ? 1 / Math.sqrt(squares) : 0;
  for (let p = 0; p < row.length; p++) row[p] *= factor;
  return row;
}

interface Waves {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

/** Cosines and sines of each frequency along an edge, under a window that fades to the border. */
function wavesOf(length: number): Waves {
  const cos = new Float64Array((highest + 1) * length);
  const sin = new Float64Array((highest + 1) * length);
  for (let f = 0; f <= highest; f++) {
    for (let x = 0; x < length; x++) {
      const fade = 0.5 - 0.5 * Math.cos((2 * Math.PI * (x + 0.5)) / length);
      cos[f * length + x] = fade * Math.cos((2 * Math.PI * f * x) / length);
      sin[f * length + x] = fade * Math.sin((2 * Math.PI * f * x) / length);
    }
  }
  return { cos, sin };
}

function strengthsOf(image: Float32Array, edge: number, waves: Waves): Float32Array {
  const count = highest + 1;
  // Along the rows first: for each row and frequency its cosine and sine part.
  const real = new Float64Array(edge * count);
  const imaginary = new Float64Array(edge * count);
  for (let y = 0; y < edge; y++) {
    for (let f = 0; f < count; f++) {
      let [c, s] = [0, 0];
      for (let x = 0; x < edge; x++) {
        const value = image[y * edge + x];
        c += value * waves.cos[f * edge + x];
        s += value * waves.sin[f * edge + x];
      }
      real[y * count + f] = c;
      imaginary[y * count + f] = s;
    }
  }
  const strength = (v: number, f: number, sign: 1 | -1): number => {
    let [a, b] = [0, 0];
    for (let y = 0; y < edge; y++) {
      const [c, s] = [waves.cos[v * edge + y], sign * waves.sin[v * edge + y]];
      a += c * real[y * count + f] - s * imaginary[y * count + f];
      b += s * real[y * count + f] + c * imaginary[y * count + f];
    }
    return Math.sqrt(a * a + b * b);
  };
  const out = new Float32Array(descriptorLength);
  let at = 0;
  let squares = 0;
  for (let u = 1; u < count; u++) {
    for (let v = 0; v <= u; v++) {
      const value = strength(u, v, 1) + strength(u, v, -1) + strength(v, u, 1) + strength(v, u, -1);
      out[at++] = value;
      squares += value * value;
    }
  }
  const factor = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  return out.map((x) => x * factor);
}
