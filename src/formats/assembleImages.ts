import { setImmediate } from "node:timers/promises";
import {
  defined,
  checkBudget,
  imageSet,
  InputError,
  type ImageSet,
  type PixelArray,
  type Progress,
} from "../core";
import { decodeImage, type DecodedImage } from "./decodeImage";
import type { FirstPerClass, PlacedImage } from "./imageLayout";
import { compareLabels } from "./labelsFrom";

/** How to read images from a folder or a zip archive. */
export interface ImageFilesOptions {
  /** Only the first images of each class by name, in each part or by part. @default all */
  readonly firstPerClass?: FirstPerClass;
  /**
   * What makes the groups that a split keeps together: the first bracket of a pattern, the whole match without one, or what
   * a function makes of an id. @default "file": each image its own group
   */
  readonly group?: "file" | "folder" | { readonly pattern: string } | ((id: string) => string);
  /** Turn all images to grey (1) or to three channels (3). @default as they are, all alike */
  readonly channels?: 1 | 3;
  /** Whether labels come from a table, so that folders need not be classes: a single one is none. @default false */
  readonly tableOfLabels?: boolean;
  /** @default the folder's or archive's name */
  readonly name?: string;
}

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
  let pixels: PixelArray = new Uint8Array(0);
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
  pixels: PixelArray,
  { height, width, channels, data, unit, nmPerPixel }: DecodedImage,
  source: string,
  { group = "file", name }: ImageFilesOptions,
): ImageSet {
  const ids = placed.map(({ id }) => id);
  const named = placed.flatMap(({ className }) => (className === undefined ? [] : [className]));
  const classNames = [...new Set(named)].sort(compareLabels);
  const index = new Map(classNames.map((className, i) => [className, i]));
  const hasParts = placed.some(({ part }) => part !== undefined);
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
    groups: groupsOf(ids, group),
    ...(data instanceof Float32Array ? { unit: unit ?? "arbitrary" } : {}),
    ...defined({ nmPerPixel }),
    ...(hasParts ? { parts: placed.map(({ part = "train" }) => part) } : {}),
  });
}

function groupsOf(
  ids: readonly string[],
  group: NonNullable<ImageFilesOptions["group"]>,
): readonly string[] {
  if (group === "file") return ids;
  if (group === "folder") return ids.map((id) => id.slice(0, Math.max(0, id.lastIndexOf("/"))));
  if (typeof group === "function") return ids.map(group);
  return ids.map(groupPattern(group.pattern, ids));
}

/** What a pattern makes of an id; one that it does not fit stays a group of its own. */
function groupPattern(pattern: string, ids: readonly string[]): (id: string) => string {
  const wrong = (why: string): InputError =>
    new InputError({
      got: `the pattern "${pattern}" for groups, ${why}`,
      expected: 'a regular expression whose first bracket is the group, such as "(.*)_\\d+$"',
      todo: "Mend the pattern.",
    });
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, "u");
  } catch (error) {
    throw wrong(`which is none (${(error as Error).message})`);
  }
  if (!ids.some((id) => expression.test(id)))
    throw wrong(`which fits no name, such as "${ids[0]}"`);
  return (id) => {
    const found = expression.exec(id);
    return found === null ? id : (found[1] ?? found[0]);
  };
}

function allocate({ data }: DecodedImage, n: number, source: string): PixelArray {
  checkBudget(`${source}: ${n} images`, data.byteLength * n);
  return likewise(data, data.length * n);
}

/** An empty array of the same kind. */
function likewise(data: DecodedImage["data"], length: number): DecodedImage["data"] {
  if (data instanceof Float32Array) return new Float32Array(length);
  return data instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length);
}

function withChannels(image: DecodedImage, channels: 1 | 3 | undefined): DecodedImage {
  if (channels === undefined || channels === image.channels) return image;
  const n = image.width * image.height;
  const data = likewise(image.data, n * channels);
  for (let i = 0; i < n; i++) {
    if (channels === 3) data.fill(image.data[i], 3 * i, 3 * i + 3);
    else {
      const [red, green, blue] = [0, 1, 2].map((c) => image.data[3 * i + c]);
      // Luma of ITU-R BT.601, as image tools use it.
      const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
      data[i] = data instanceof Float32Array ? luma : Math.round(luma);
    }
  }
  return { ...image, channels, data };
}

function describe({ width, height, channels, data, unit, nmPerPixel }: DecodedImage): string {
  const bits =
    data instanceof Float32Array
      ? ` in ${unit ?? "floats"}`
      : data instanceof Uint16Array
        ? " of 16 bits"
        : "";
  const pixel = nmPerPixel === undefined ? "" : `, ${nmPerPixel} nm a pixel`;
  return `${width} x ${height}, ${channels === 1 ? "grey" : "colour"}${bits}${pixel}`;
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
