import { defined } from "./defined";
import { floatsToFill } from "./floatsToFill";
import { InputError } from "./inputError";
import { sha256 } from "./hash";
import { checkSymmetries } from "./symmetry";
import { UNLABELLED, type ImageSet, type ImageWindow, type Pixels, type SetPart } from "./types";

/** Pixel values in memory. Bytes and 16-bit values are divided by their largest value when read. */
export type PixelArray = Uint8Array | Uint16Array | Float32Array | Float64Array;

/**
 * Pixels that lie in memory, n images of h*w*c values each. Whole-number types come out in [0,1], floats as they are.
 * @throws InputError if the length is not a multiple of one image; its `read` if there is no such image
 */
export function memoryPixels(values: PixelArray, valuesPerImage: number): Pixels {
  if (valuesPerImage < 1 || values.length % valuesPerImage !== 0) {
    throw new InputError({
      got: `${values.length} values for images of ${valuesPerImage} values`,
      expected: "a whole number of images",
      todo: "Check the shape.",
    });
  }
  const copy = copier(values);
  const count = values.length / valuesPerImage;
  return {
    read: (indices, out = floatsToFill(indices.length * valuesPerImage)) => {
      for (let i = 0; i < indices.length; i++) {
        const from = indices[i] * valuesPerImage;
        // Else what is left in the memory of something else would pass for an image.
        if (!(indices[i] >= 0 && indices[i] < count)) throw noImage(indices[i], count);
        copy(from, out.subarray(i * valuesPerImage, (i + 1) * valuesPerImage));
      }
      return out;
    },
  };
}

const noImage = (index: number, count: number): InputError =>
  new InputError({
    got: `the index ${index} of an image`,
    expected: `0 to ${count - 1}, since there are ${count}`,
    todo: "Take indices of the set that is read.",
  });

/** Writes what the values from some place on stand for. */
function copier(values: PixelArray): (from: number, to: Float32Array) => void {
  if (values instanceof Uint8Array) return (from, to) => copyBytes(values, from, to);
  if (values instanceof Uint16Array) {
    const scaled = (scaled16 ??= fractionsOf(65535));
    return (from, to) => {
      for (let j = 0; j < to.length; j++) to[j] = scaled[values[from + j]];
    };
  }
  return (from, to) => to.set(values.subarray(from, from + to.length));
}

/** Four bytes at a time, which takes a quarter of the time of one at a time. */
function copyBytes(values: Uint8Array, from: number, to: Float32Array): void {
  const scaled = (scaled8 ??= fractionsOf(255));
  if (fourBytes.length < to.length) fourBytes = new Uint8Array(4 * Math.ceil(to.length / 4));
  // Images need not lie at places for whole words.
  fourBytes.set(values.subarray(from, from + to.length));
  const words = new DataView(fourBytes.buffer);
  const whole = to.length - (to.length % 4);
  for (let j = 0; j < whole; j += 4) {
    const word = words.getUint32(j, true);
    to[j] = scaled[word & 255];
    to[j + 1] = scaled[(word >>> 8) & 255];
    to[j + 2] = scaled[(word >>> 16) & 255];
    to[j + 3] = scaled[word >>> 24];
  }
  for (let j = whole; j < to.length; j++) to[j] = scaled[fourBytes[j]];
}

let fourBytes = new Uint8Array(0);

/** What each whole number stands for, in [0,1], so that reading need not divide. */
let scaled8: Float32Array | undefined;
let scaled16: Float32Array | undefined;

const fractionsOf = (most: number): Float32Array => Float32Array.from({ length: most + 1 }, (_, i) => i / most); // prettier-ignore

/** What `imageSet` needs; the rest has defaults. */
export interface ImageSetParts {
  readonly name: string;
  readonly pixels: Pixels | PixelArray;
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Class indices; default all UNLABELLED. */
  readonly labels?: ArrayLike<number>;
  /** @default [] */
  readonly classNames?: readonly string[];
  /** @default "0", "1", ... */
  readonly ids?: readonly string[];
  /** @default each image its own group, named by its id */
  readonly groups?: readonly string[];
  /** @default "byte" */
  readonly unit?: string;
  readonly nmPerPixel?: number;
  /** Symmetries that keep the classes. @default none */
  readonly keepsClass?: readonly string[];
  readonly parts?: readonly SetPart[];
  readonly windows?: readonly ImageWindow[];
}

/**
 * Makes an image set and checks that its parts fit together.
 * @throws InputError if lengths differ, an id occurs twice, a label has no class name, or a symmetry is unknown
 */
export function imageSet(parts: ImageSetParts): ImageSet {
  const { name, shape, classNames = [], unit = "byte" } = parts;
  const perImage = shape[0] * shape[1] * shape[2];
  const pixels = "read" in parts.pixels ? parts.pixels : memoryPixels(parts.pixels, perImage);
  const counted = "read" in parts.pixels ? undefined : parts.pixels.length / perImage;
  const n = counted ?? parts.ids?.length ?? parts.labels?.length ?? 0;
  const ids = parts.ids ?? Array.from({ length: n }, (_, i) => String(i));
  const groups = parts.groups ?? ids;
  const labels =
    parts.labels === undefined ? new Int32Array(n).fill(UNLABELLED) : Int32Array.from(parts.labels);
  const lengths = { ids: ids.length, groups: groups.length, labels: labels.length };
  for (const [part, length] of Object.entries({
    ...lengths,
    ...(parts.parts ? { parts: parts.parts.length } : {}),
    ...(parts.windows ? { windows: parts.windows.length } : {}),
  })) {
    if (length !== n) {
      throw new InputError({
        got: `${length} ${part} for the ${n} images of "${name}"`,
        expected: `one of ${part} for each image`,
        todo: `Check where the ${part} come from.`,
      });
    }
  }
  const twice = firstDuplicate(ids);
  if (twice !== undefined) {
    throw new InputError({
      got: `the id "${twice}" twice in "${name}"`,
      expected: "an own id for each image",
      todo: "Rename one of them.",
    });
  }
  const wrong = labels.find((label) => label < UNLABELLED || label >= classNames.length);
  if (wrong !== undefined) {
    throw new InputError({
      got: `label ${wrong} in "${name}"`,
      expected: `a class index from 0 to ${classNames.length - 1}, or ${UNLABELLED} for none`,
      todo: "Give a class name for every label.",
    });
  }
  return {
    name,
    pixels,
    shape,
    labels,
    classNames,
    ids,
    groups,
    unit,
    ...defined({
      nmPerPixel: parts.nmPerPixel,
      keepsClass: parts.keepsClass && checkSymmetries(parts.keepsClass),
      parts: parts.parts,
      windows: parts.windows,
    }),
  };
}

function firstDuplicate(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}

/** The images with these indices, in this order. Pixels are shared, not copied. */
export function subset(set: ImageSet, indices: ArrayLike<number>): ImageSet {
  const chosen = Int32Array.from(indices);
  const pick = <T>(items: readonly T[]): T[] => Array.from(chosen, (i) => items[i]);
  return {
    ...set,
    pixels: {
      read: (wanted, to) =>
        set.pixels.read(
          Int32Array.from(wanted, (i) => chosen[i]),
          to,
        ),
    },
    labels: chosen.map((i) => set.labels[i]),
    ids: pick(set.ids),
    groups: pick(set.groups),
    ...defined({ parts: set.parts && pick(set.parts), windows: set.windows && pick(set.windows) }),
  };
}

/** The same images with other labels. @throws InputError if there is not one label for each image */
export function withLabels(set: ImageSet, labels: ArrayLike<number>): ImageSet {
  if (labels.length !== set.ids.length) {
    throw new InputError({
      got: `${labels.length} labels for ${set.ids.length} images`,
      expected: "one label for each image",
      todo: "Check where the labels come from.",
    });
  }
  return { ...set, labels: Int32Array.from(labels) };
}

/**
 * The same images, which are said to keep their classes under these symmetries.
 * @throws InputError if one is unknown
 */
export function withSymmetries(set: ImageSet, keepsClass: readonly string[]): ImageSet {
  return { ...set, keepsClass: checkSymmetries(keepsClass) };
}

/** The same images with every label hidden. */
export function hideLabels(set: ImageSet): ImageSet {
  return withLabels(set, new Int32Array(set.ids.length).fill(UNLABELLED));
}

/** Indices of the images whose label is known. */
export function labelledIndices(set: ImageSet): Int32Array {
  return Int32Array.from(set.labels.keys()).filter((i) => set.labels[i] !== UNLABELLED);
}

/**
 * SHA-256 of everything but the labels: pixels, shape, ids, groups, and what views go by, the scale and the symmetries. Labels are hashed where they
 * are read.
 */
export function imagesHash(set: ImageSet): string {
  const n = set.ids.length;
  const perImage = set.shape[0] * set.shape[1] * set.shape[2];
  const chunk = Math.max(1, Math.floor(4e6 / perImage));
  const parts: (Uint8Array | string)[] = [
    JSON.stringify([set.shape, set.ids, set.groups, set.unit, set.windows ?? []]),
    JSON.stringify([set.nmPerPixel ?? null, set.keepsClass ?? []]),
  ];
  for (let from = 0; from < n; from += chunk) {
    const count = Math.min(chunk, n - from);
    const values = set.pixels.read(Int32Array.from({ length: count }, (_, i) => from + i));
    parts.push(sha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)));
  }
  return sha256(...parts);
}
