import * as path from "node:path";
import { defined, checkBudget, imageSet, InputError, type ImageSet, type SetPart } from "../core";
import { sourceName } from "./byteSource";
import { unsuitable } from "./damaged";
import { labelsFrom } from "./labelsFrom";
import type { NpyArray } from "./npyTypes";
import { readColumn, textOrNumbers } from "./npzColumn";
import { windowsOf } from "./npzWindows";
import { readNpz } from "./readNpz";

/** Which arrays of a numpy archive make an image set. */
export interface NpzImagesOptions {
  /** The archive, or its bytes. */
  readonly file: string | Uint8Array;
  /** Name of the array of images: n,h,w or n,h,w,c; uint8, uint16, float16, float32 or float64. */
  readonly images: string;
  /** Name of the array of labels: n whole numbers (negative: unlabelled) or n texts (empty: unlabelled). */
  readonly labels?: string;
  /** Names of the classes, by label. @default the labels that occur, sorted */
  readonly classNames?: readonly string[];
  /** Name of the array of groups: n whole numbers or texts. @default each image its own group */
  readonly groups?: string;
  /** Name of the array of ids: n texts or whole numbers. @default the group and the place in the file */
  readonly ids?: string;
  /** Name of the array of parts: n texts "train", "test" or "unlabelled". */
  readonly parts?: string;
  /** Name of the array of places in the source images: n,2. Needs `windows`. */
  readonly positions?: string;
  /** What a pair of `positions` is: column and row, or row and column. @default "xy" */
  readonly positionOrder?: "xy" | "yx";
  /** Edge of the windows, in the unit of `positions`: for all, by group, or the name of an array of n. */
  readonly windows?: number | string | Readonly<Record<string, number>>;
  /** Unit of the values. @default "byte" for whole numbers, "arbitrary" for floats */
  readonly unit?: string;
  readonly nmPerPixel?: number;
  /** @default the file's name */
  readonly name?: string;
}

/**
 * Reads images, labels and groups from a numpy archive. Whole-number pixels come out in [0,1], floats as they are.
 * @throws InputError if an array is missing, of the wrong type or length, or holds what is no finite number
 */
export function readNpzImages(options: NpzImagesOptions): ImageSet {
  const file = sourceName(options.file);
  const npz = readNpz(options.file);
  const images = npz.read(options.images);
  const { pixels, shape, isWhole } = pixelsOf(images, `${file}: ${options.images}`);
  const n = images.shape[0];
  const column = (name: string | undefined, size?: number): NpyArray | undefined =>
    name === undefined ? undefined : readColumn(npz, file, name, n, size);
  const labelArray = column(options.labels);
  const labels =
    labelArray === undefined
      ? { classNames: options.classNames ?? [] }
      : labelsFrom(textOrNumbers(labelArray, file, options.labels), options.classNames, file);
  const groupArray = column(options.groups);
  const groups = groupArray && textOrNumbers(groupArray, file, options.groups).map(String);
  const idArray = column(options.ids);
  const ids =
    (idArray && textOrNumbers(idArray, file, options.ids).map(String)) ??
    Array.from({ length: n }, (_, i) => (groups === undefined ? `${i}` : `${groups[i]}-${i}`));
  const partArray = column(options.parts);
  const parts = partArray && textOrNumbers(partArray, file, options.parts).map(checkPart);
  const windows = windowsOf(options, column(options.positions, 2), groups, npz, n);
  return imageSet({
    name: options.name ?? path.basename(file).replace(/\.npz$/i, ""),
    pixels,
    shape,
    ...labels,
    ids,
    unit: options.unit ?? (isWhole ? "byte" : "arbitrary"),
    ...defined({ groups, parts, windows, nmPerPixel: options.nmPerPixel }),
  });
}

interface NpzPixels {
  readonly pixels: Uint8Array | Uint16Array | Float32Array;
  readonly shape: readonly [number, number, number];
  readonly isWhole: boolean;
}

function pixelsOf({ shape, dtype, data }: NpyArray, name: string): NpzPixels {
  const [n, height, width, channels = 1] = shape;
  if (shape.length < 3 || shape.length > 4 || shape.includes(0)) {
    throw unsuitable(
      name,
      `an array of shape (${shape.join(", ")})`,
      "images of shape (n, height, width) or (n, height, width, channels)",
      "Name the array of images, or reshape it.",
    );
  }
  const isWhole = dtype === "uint8" || dtype === "uint16";
  if (!isWhole) checkBudget(name, 12 * data.length);
  if (!isWhole && !dtype.startsWith("float")) {
    throw unsuitable(
      name,
      `images of type ${dtype}`,
      "uint8, uint16, float16, float32 or float64",
      "Convert them in numpy, for example with astype(np.float32).",
    );
  }
  const pixels = isWhole
    ? (data as Uint8Array | Uint16Array)
    : Float32Array.from(data as Float32Array);
  if (!isWhole) {
    const at = pixels.findIndex((value: number) => !Number.isFinite(value));
    if (at >= 0) {
      const image = Math.floor(at / (pixels.length / n));
      throw unsuitable(
        name,
        `whose image ${image} holds the value ${pixels[at]}`,
        "finite numbers",
        "Leave such images out, or fill the gaps first.",
      );
    }
  }
  return { pixels, shape: [height, width, channels], isWhole };
}

function checkPart(part: string | number): SetPart {
  if (part === "train" || part === "test" || part === "unlabelled") return part;
  throw new InputError({
    got: `the part "${part}"`,
    expected: "train, test or unlabelled",
    todo: "Rename it.",
  });
}
