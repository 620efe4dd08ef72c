import { damaged, unsuitable } from "../damaged";
import type { TiffTags } from "./tiffDirectory";

/** How the pixels of a page are stored. */
export interface TiffPage {
  readonly width: number;
  readonly height: number;
  /** Values of one pixel. */
  readonly samples: number;
  /** Bytes of one value. */
  readonly bytes: number;
  readonly kind: "unsigned" | "signed" | "float";
  readonly compression: number;
  readonly predictor: number;
  /** Size of the strips or tiles in which the page lies. */
  readonly blockWidth: number;
  readonly blockHeight: number;
  /** Tiles are whole even where they reach beyond the image; the last strip is not. */
  readonly tiled: boolean;
  /** Each sample has blocks of its own. */
  readonly planar: boolean;
  /** Blocks row by row, sample by sample. */
  readonly blocks: readonly (readonly [from: number, length: number])[];
}

const kinds = { 1: "unsigned", 2: "signed", 3: "float" } as const;

/**
 * Reads a page's tags.
 * @param colours take red, green and blue too
 * @throws InputError if they contradict each other or the file's length, or show colours
 */
export function tiffPage(
  tags: TiffTags,
  fileLength: number,
  file: string,
  colours = false,
): TiffPage {
  const list = (tag: number): readonly number[] => {
    const found = tags.get(tag);
    return found === undefined || typeof found === "string" ? [] : found;
  };
  const value = (tag: number, missing: number): number => list(tag)[0] ?? missing;
  const [width, height, samples] = [value(256, 0), value(257, 0), value(277, 1)];
  const photometric = value(262, 1);
  checkKind(colours && photometric === 2 ? 1 : photometric, list(258), list(339), file);
  const tiled = tags.has(324);
  const [blockWidth, blockHeight] = tiled
    ? [value(322, 0), value(323, 0)]
    : [width, Math.min(value(278, height), height)];
  const sizes = [width, height, samples, blockWidth, blockHeight];
  if (!sizes.every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw damaged(file, `a page of it has ${width} x ${height} pixels of ${samples} values`);
  }
  const planar = value(284, 1) === 2;
  const offsets = list(tiled ? 324 : 273);
  const lengths = list(tiled ? 325 : 279);
  const count =
    Math.ceil(width / blockWidth) * Math.ceil(height / blockHeight) * (planar ? samples : 1);
  if (offsets.length !== count || lengths.length !== count) {
    throw damaged(file, `a page of ${count} strips or tiles lists ${offsets.length}`);
  }
  if (
    offsets.some((from, i) => !(from >= 0 && lengths[i] >= 0 && from + lengths[i] <= fileLength))
  ) {
    throw damaged(file, "a strip or tile of it reaches beyond its end");
  }
  return {
    width,
    height,
    samples,
    bytes: value(258, 1) / 8,
    kind: kinds[value(339, 1) as 1 | 2 | 3],
    compression: value(259, 1),
    predictor: value(317, 1),
    blockWidth,
    blockHeight,
    tiled,
    planar,
    blocks: offsets.map((from, i) => [from, lengths[i]] as const),
  };
}

/** Heights are grey, and all values of one kind. */
function checkKind(
  photometric: number,
  bits: readonly number[],
  formats: readonly number[],
  file: string,
): void {
  if (photometric > 1) {
    throw unsuitable(
      file,
      "which holds colours",
      "one number a pixel",
      "Export heights instead of a picture of them.",
    );
  }
  const format = formats[0] ?? 1;
  const allowed = format === 3 ? [16, 32, 64] : [8, 16, 32, 64];
  const even = bits.every((size) => size === bits[0]) && formats.every((item) => item === format);
  if (!even || !allowed.includes(bits[0]) || ![1, 2, 3].includes(format)) {
    throw unsuitable(
      file,
      `whose values have ${bits.slice(0, 8).join(", ") || "1"} bits of format ${format}`,
      "whole numbers or floats of 8, 16, 32 or 64 bits, all alike",
      "Export it with 16 or 32 bits.",
    );
  }
}
