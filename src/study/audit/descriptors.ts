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
  const part = new Float32Array(wide * wide);
  for (let i = 0; i < n; i++) {
    const image = grey.subarray(i * edge * edge, (i + 1) * edge * edge);
    windows.forEach(([top, left], w) => {
      unit(cut(image, edge, top, left, wide, part));
      const from = (i * windows.length + w) * length;
      writeStrengths(part, wide, waves, rows.subarray(from, from + length));
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
        unit(cut(image, afar, top, left, part, rows.subarray(length * at, length * ++at)));
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
  out = new Float32Array(wide * wide),
): Float32Array {
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
  /** Room for what is known of one image after its rows, its cosine and sine parts, and after its columns, for waves to the right and to the left. */
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
  readonly right: Float64Array;
  readonly left: Float64Array;
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
  const room = (size: number): Float64Array => new Float64Array(size);
  const [rows, squares] = [(highest + 1) * length, (highest + 1) ** 2];
  return { cos, sin, real: room(rows), imaginary: room(rows), right: room(squares), left: room(squares) }; // prettier-ignore
}

function writeStrengths(
  image: Float32Array,
  edge: number,
  { cos, sin, real, imaginary, right, left }: Waves,
  out: Float32Array,
): void {
  const count = highest + 1;
  // Along the rows first: for each row and frequency its cosine and sine part.
  for (let y = 0; y < edge; y++) {
    for (let f = 0; f < count; f++) {
      let [c, s] = [0, 0];
      for (let x = 0; x < edge; x++) {
        const value = image[y * edge + x];
        c += value * cos[f * edge + x];
        s += value * sin[f * edge + x];
      }
      real[y * count + f] = c;
      imaginary[y * count + f] = s;
    }
  }
  // Then along the columns, for waves that run down to the right and down to the left: what differs is a sign.
  for (let v = 0; v < count; v++) {
    for (let f = 0; f < count; f++) {
      let [cr, si, sr, ci] = [0, 0, 0, 0];
      for (let y = 0; y < edge; y++) {
        const [c, s] = [cos[v * edge + y], sin[v * edge + y]];
        const [r, i] = [real[y * count + f], imaginary[y * count + f]];
        cr += c * r;
        si += s * i;
        sr += s * r;
        ci += c * i;
      }
      right[v * count + f] = Math.sqrt((cr - si) ** 2 + (sr + ci) ** 2);
      left[v * count + f] = Math.sqrt((cr + si) ** 2 + (ci - sr) ** 2);
    }
  }
  let at = 0;
  let squares = 0;
  for (let u = 1; u < count; u++) {
    for (let v = 0; v <= u; v++) {
      const [one, other] = [u * count + v, v * count + u];
      const value = right[one] + left[one] + right[other] + left[other];
      out[at++] = value;
      squares += value * value;
    }
  }
  const factor = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let i = 0; i < out.length; i++) out[i] *= factor;
}
