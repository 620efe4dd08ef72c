import { setImmediate } from "node:timers/promises";
import { imageSet, InputError, type ImageSet, type Progress } from "../core";
import { decodeImage, type DecodedImage } from "./decodeImage";
import type { FirstPerClass, PlacedImage } from "./imageLayout";
import { compareLabels } from "./labelsFrom";

/** How to read images from a folder or a zip archive. */
export interface ImageFilesOptions {
  /** Only the first images of each class by name, in each part or by part. @default all */
  readonly firstPerClass?: FirstPerClass;
  /** What makes the groups that a split keeps together. @default "file": each image its own group */
  readonly group?: "file" | "folder" | ((id: string) => string);
  /** Turn all images to grey (1) or to three channels (3). @default as they are, all alike */
  readonly channels?: 1 | 3;
  /** @default the folder's or archive's name */
  readonly name?: string;
}

/** Bytes beyond which a set should not lie in memory. */
const mostBytes = 8 * 2 ** 30;

/** How many images are decoded before others get their turn. */
const atOnce = 64;

/** Decodes the images one after the other into one array. @throws InputError if they differ in size or kind */
export async function assembleImages(
  placed: readonly PlacedImage[],
  read: (image: PlacedImage) => Uint8Array,
  source: string,
  options: ImageFilesOptions,
  on: Progress = {},
): Promise<ImageSet> {
  const n = placed.length;
  const sizes = new Map<string, string>();
  let first: DecodedImage | undefined;
  let pixels: Uint8Array | Uint16Array = new Uint8Array(0);
  for (let i = 0; i < n; i++) {
    if (i % atOnce === 0) {
      on.signal?.throwIfAborted();
      on.report?.({ task: "Reading images", done: i, total: n, unit: "image" });
      await setImmediate();
    }
    const path = placed[i].path;
    const decoded = await decodeImage(read(placed[i]), `${source}/${path}`);
    const image = withChannels(decoded, options.channels);
    sizes.set(describe(image), path);
    if (first === undefined) {
      first = image;
      pixels = allocate(image, n, source);
    } else if (sizes.size > 1) throw unequal(sizes, options.channels === undefined, source);
    pixels.set(image.data, i * image.data.length);
  }
  if (first === undefined) throw new Error("no image to assemble");
  on.report?.({ task: "Reading images", done: n, total: n, unit: "image" });
  return toSet(placed, pixels, first, source, options);
}

function toSet(
  placed: readonly PlacedImage[],
  pixels: Uint8Array | Uint16Array,
  { height, width, channels }: DecodedImage,
  source: string,
  { group = "file", name }: ImageFilesOptions,
): ImageSet {
  const ids = placed.map(({ id }) => id);
  const named = placed.flatMap(({ className }) => (className === undefined ? [] : [className]));
  const classNames = [...new Set(named)].sort(compareLabels);
  const index = new Map(classNames.map((className, i) => [className, i]));
  const hasParts = placed.some(({ part }) => part !== undefined);
  const groups =
    group === "file"
      ? ids
      : group === "folder"
        ? placed.map(({ id }) => id.slice(0, Math.max(0, id.lastIndexOf("/"))))
        : ids.map(group);
  return imageSet({
    name:
      name ??
      source
        .replace(/\/+$/, "")
        .replace(/^.*\//, "")
        .replace(/\.zip$/i, ""),
    pixels,
    shape: [height, width, channels],
    labels: placed.map(({ className }) => index.get(className ?? "") ?? -1),
    classNames,
    ids,
    groups,
    ...(hasParts ? { parts: placed.map(({ part = "train" }) => part) } : {}),
  });
}

function allocate({ data }: DecodedImage, n: number, source: string): Uint8Array | Uint16Array {
  if (data.byteLength * n > mostBytes) {
    throw new InputError({
      got: `${n} images of together ${((data.byteLength * n) / 1e9).toFixed(1)} GB in "${source}"`,
      expected: "a set that fits into memory",
      todo: "Cut the images into patches, or read fewer of them with firstPerClass.",
    });
  }
  return data instanceof Uint16Array
    ? new Uint16Array(data.length * n)
    : new Uint8Array(data.length * n);
}

function withChannels(image: DecodedImage, channels: 1 | 3 | undefined): DecodedImage {
  if (channels === undefined || channels === image.channels) return image;
  const n = image.width * image.height;
  const data =
    image.data instanceof Uint16Array
      ? new Uint16Array(n * channels)
      : new Uint8Array(n * channels);
  for (let i = 0; i < n; i++) {
    if (channels === 3) data.fill(image.data[i], 3 * i, 3 * i + 3);
    else {
      const [red, green, blue] = [0, 1, 2].map((c) => image.data[3 * i + c]);
      // Luma of ITU-R BT.601, as image tools use it.
      data[i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    }
  }
  return { ...image, channels, data };
}

function describe({ width, height, channels, data }: DecodedImage): string {
  const bits = data instanceof Uint16Array ? " of 16 bits" : "";
  return `${width} x ${height}, ${channels === 1 ? "grey" : "colour"}${bits}`;
}

function unequal(
  sizes: ReadonlyMap<string, string>,
  maySetChannels: boolean,
  source: string,
): InputError {
  const [[one, oneFile], [other, otherFile]] = [...sizes];
  const sameButColour = one.replace(/grey|colour/, "") === other.replace(/grey|colour/, "");
  return new InputError({
    got: `"${oneFile}" (${one}) and "${otherFile}" (${other}) in "${source}"`,
    expected: "images of one size and kind",
    todo:
      sameButColour && maySetChannels
        ? "Set channels to 1 (grey) or 3 (colour), or convert the images."
        : "Cut or resize the images to one size and one number of bits, or take the odd ones out.",
  });
}
