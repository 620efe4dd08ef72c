import { inflateSync } from "node:zlib";
import type * as FastPng from "fast-png";
import type { Scan } from "../../core";
import { checkImageSize } from "../checkImageSize";
import { damaged, unsuitable } from "../damaged";
import { parseDecimal } from "../parseDecimal";
import { assembleScan } from "./assembleScan";
import { checkMemory } from "./checkMemory";
import { lateralSize } from "./lateralSize";
import { readOwnSettings } from "./ownSettings";
import type { ValueOptions } from "./parseTiff";
import { pngChunks, type PngChunks } from "./pngChunks";
import { middleOf } from "./scanPlace";
import { siUnit } from "./siUnit";

/** Text keys with which Gwyddion keeps the scale of an image. */
export const gwyPngKeys = {
  xReal: "Gwy::XReal",
  yReal: "Gwy::YReal",
  xOffset: "Gwy::XOffset",
  yOffset: "Gwy::YOffset",
  lateralUnit: "Gwy::XYUnit",
  unit: "Gwy::ZUnit",
  lowest: "Gwy::ZMin",
  highest: "Gwy::ZMax",
  title: "Gwy::Title",
  /** Grey value of what was not measured; ours, unknown to Gwyddion. */
  missing: "Fewscope::Missing",
  /** What the format has no place for; ours. */
  settings: "Fewscope::Settings",
  angle: "Fewscope::Angle",
} as const;

let library: Promise<typeof FastPng> | undefined;

/**
 * Reads a grey PNG as heights, with the scale that Gwyddion or `writeScanPng` wrote beside it. Without a scale the values
 * are the grey values, in the unit that the caller gives. Gamma and colour profiles are about screens, and are ignored.
 * @throws InputError if it is damaged or in colour, or says no size and none is given
 */
export async function parseScanPng(
  bytes: Uint8Array,
  file: string,
  options: ValueOptions,
): Promise<Scan> {
  const chunks = pngChunks(bytes, file);
  const { width, height, texts, depth } = chunks;
  const grey = await greyValues(chunks, bytes.length, file);
  const number = (key: string): number => parseDecimal(texts.get(key));
  const largest = depth === 16 ? 65535 : 255;
  const [lowest, highest] = [number(gwyPngKeys.lowest), number(gwyPngKeys.highest)];
  const scaled = Number.isFinite(lowest) && Number.isFinite(highest);
  const { unit, factor } = siUnit((texts.get(gwyPngKeys.unit) ?? "") || (options.unit ?? ""));
  const step = (scaled ? (highest - lowest) / largest : 1) * factor;
  const zero = (scaled ? lowest : 0) * factor;
  const missing = number(gwyPngKeys.missing);
  const lateral = siUnit(texts.get(gwyPngKeys.lateralUnit) ?? "");
  const { direction = "forward", ...settings } = readOwnSettings(texts.get(gwyPngKeys.settings));
  const sizeMetres = lateralSize(
    file,
    {
      width,
      height,
      ...(texts.has(gwyPngKeys.xReal)
        ? { size: [number(gwyPngKeys.xReal), number(gwyPngKeys.yReal)], unit: lateral }
        : {}),
    },
    options,
  );
  return assembleScan({
    file,
    format: `PNG ${depth} bit`,
    ...settings,
    channels: [
      {
        name: texts.get(gwyPngKeys.title) ?? "data",
        unit,
        direction,
        data: Float64Array.from(grey, (value) => (value === missing ? NaN : zero + value * step)),
      },
    ],
    width,
    height,
    sizeMetres,
    ...(texts.has(gwyPngKeys.xOffset) || texts.has(gwyPngKeys.yOffset)
      ? {
          offsetMetres: middleOf(
            [
              (number(gwyPngKeys.xOffset) || 0) * lateral.factor,
              (number(gwyPngKeys.yOffset) || 0) * lateral.factor,
            ],
            sizeMetres,
            undefined,
          ),
        }
      : {}),
    angleDegrees: number(gwyPngKeys.angle),
    metadata: {
      ...Object.fromEntries([...texts].filter(([key]) => key !== gwyPngKeys.settings)),
      ...(depth === 8 ? { "fewscope.warning": "8-bit values: heights are coarse" } : {}),
    },
  });
}

async function greyValues(
  { width, height, depth, colourType, essential, packed }: PngChunks,
  fileBytes: number,
  file: string,
): Promise<Uint8Array | Uint16Array> {
  checkImageSize(width, height, file);
  if (colourType !== 0 || (depth !== 8 && depth !== 16)) {
    throw unsuitable(
      file,
      colourType === 0 ? `of ${depth} bit` : "which is in colour",
      "a grey PNG of 16 bits, or of 8",
      "Export heights instead of a picture of them; for photos there are readImageFolder and decodeImage.",
    );
  }
  const perPixel = depth / 8;
  const raw = height * (width * perPixel + 1);
  checkMemory(file, width * height * 8 + 3 * raw + packed.length, fileBytes);
  try {
    // Interlaced images have up to seven row marks for one.
    inflateSync(packed, { maxOutputLength: raw + 7 * (height + 8) });
    library ??= import("fast-png");
    const { decode } = await library;
    const { data } = decode(essential, { checkCrc: true });
    if (data.length === width * height && !(data instanceof Uint8ClampedArray)) return data;
  } catch (error) {
    throw damaged(file, "it cannot be decoded as PNG", error);
  }
  throw damaged(file, "its pixels are not all there");
}
