import { tf, valuesOf, type ImageSet } from "../../core";
import { transform } from "./bestMatches";

/** Rows that stand for images: each image has so many, one after the other, of so many numbers. */
export interface Views {
  readonly rows: Float32Array;
  readonly each: number;
  readonly length: number;
}

/** Highest frequency that a descriptor looks at, in periods an edge. */
const highest = 6;

/** Pixels of windows at most that are looked at in one go. */
const mostAtOnce = 2 ** 20;

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
  const size = wide * wide;
  const batch = Math.max(1, Math.floor(mostAtOnce / size));
  const parts = new Float32Array(Math.min(batch, n * windows.length) * size);
  for (let from = 0; from < n * windows.length; from += batch) {
    const to = Math.min(from + batch, n * windows.length);
    for (let at = from; at < to; at++) {
      const i = Math.floor(at / windows.length);
      const [top, left] = windows[at % windows.length];
      const image = grey.subarray(i * edge * edge, (i + 1) * edge * edge);
      const slot = (at - from) * size;
      unit(cut(image, edge, top, left, wide, parts.subarray(slot, slot + size)));
    }
    const some = parts.subarray(0, (to - from) * size);
    writeStrengths(some, wide, waves, rows.subarray(from * length, to * length));
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

/** Cosines of each frequency along an edge, then its sines, under a window that fades to the border. [length,2*frequencies] */
function wavesOf(length: number): Float32Array {
  const count = highest + 1;
  const waves = new Float32Array(length * 2 * count);
  for (let x = 0; x < length; x++) {
    const fade = 0.5 - 0.5 * Math.cos((2 * Math.PI * (x + 0.5)) / length);
    for (let f = 0; f < count; f++) {
      waves[x * 2 * count + f] = fade * Math.cos((2 * Math.PI * f * x) / length);
      waves[x * 2 * count + count + f] = fade * Math.sin((2 * Math.PI * f * x) / length);
    }
  }
  return waves;
}

/** The descriptors of images of this edge. [n*h*h] -> [n*d] */
function writeStrengths(
  images: Float32Array,
  edge: number,
  waves: Float32Array,
  out: Float32Array,
): void {
  const count = highest + 1;
  const n = images.length / (edge * edge);
  // Along the rows, then along the columns: by both, cosines before sines. [n, across, down]
  const parts = valuesOf(() => {
    const along = tf.tensor2d(waves, [edge, 2 * count]);
    const across = tf.matMul(tf.tensor2d(images, [n * edge, edge]), along);
    const columns = across.reshape([n, edge, 2 * count]).transpose([0, 2, 1]);
    return tf.matMul(columns.reshape([n * 2 * count, edge]), along);
  });
  const strengths = new Float64Array(count * count);
  for (let i = 0; i < n; i++) {
    for (let f = 0; f < count; f++) {
      const cosines = (i * 2 * count + f) * 2 * count;
      const sines = cosines + count * 2 * count;
      for (let v = 0; v < count; v++) {
        const [cc, cs] = [parts[cosines + v], parts[cosines + count + v]];
        const [sc, ss] = [parts[sines + v], parts[sines + count + v]];
        // Of waves that run down to the right, and down to the left: what differs is a sign.
        strengths[f * count + v] =
          Math.sqrt((cc - ss) ** 2 + (cs + sc) ** 2) + Math.sqrt((cc + ss) ** 2 + (sc - cs) ** 2);
      }
    }
    const row = out.subarray(i * descriptorLength, (i + 1) * descriptorLength);
    let at = 0;
    let squares = 0;
    for (let u = 1; u < count; u++) {
      for (let v = 0; v <= u; v++) {
        const value = strengths[u * count + v] + strengths[v * count + u];
        row[at++] = value;
        squares += value * value;
      }
    }
    const factor = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let k = 0; k < row.length; k++) row[k] *= factor;
  }
}
