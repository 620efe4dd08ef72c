import type { Channel, Scan } from "../../core";
import { damaged } from "../damaged";
import { assembleScan } from "./assembleScan";
import { members } from "./passedOver";
import { siUnit } from "./siUnit";
import type { TiffTags } from "./tiffDirectory";
import { tiffImages } from "./tiffImages";
import { tiffPlanes } from "./tiffPlanes";
import type { NumberedPage } from "./tiffSlices";

/** Tags that JPK puts into its TIFF files; those of the slots of a channel repeat every 48. */
const tag = {
  version: 0x8000,
  x: 0x8040,
  y: 0x8041,
  width: 0x8042,
  height: 0x8043,
  angle: 0x8044,
  channel: 0x8050,
  retrace: 0x8051,
  fancyName: 0x8052,
  slots: 0x8080,
  slot: 0x8081,
  slotName: 0x8090,
  unit: 0x80a2,
  scaling: 0x80a3,
  multiplier: 0x80a4,
  offset: 0x80a5,
} as const;
const perSlot = 48;
/** More calibrations than a channel has. */
const mostSlots = 256;

/** Whether a TIFF file has JPK's tags. */
export function isJpk(tags: TiffTags): boolean {
  return tags.has(tag.width) && tags.has(tag.height) && tags.has(tag.version);
}

/**
 * Reads an image of JPK (.jpk, a TIFF with tags of its own): each page a channel, in the calibration that the file calls its
 * default; the thumbnail is passed over. Rows are stored from the bottom up.
 * @throws InputError if it is damaged, or holds no channel
 */
export function parseJpk(bytes: Uint8Array, file: string, first: TiffTags): Scan {
  const { images, odd } = tiffImages(bytes, file);
  const number = (tags: TiffTags, at: number): number => {
    const value = tags.get(at);
    return typeof value === "string" ? NaN : (value?.[0] ?? NaN);
  };
  const pages = images.filter(({ tags }) => text(tags, tag.channel) !== "thumbnail");
  const [head] = pages as readonly (NumberedPage | undefined)[];
  if (head === undefined) odd.finish([], () => damaged(file, "it holds no channel"));
  const { width, height } = pages[0].page;
  const mine = members();
  const channels = pages.flatMap(({ tags, page, i }) => {
    const read = (): Channel => {
      if (page.width !== width || page.height !== height)
        throw damaged(file, `its page ${i} has ${page.width} x ${page.height} pixels`);
      const scale = defaultScale(tags, number);
      const [stored] = tiffPlanes(bytes, page, file, (raw) => raw * scale.factor + scale.offset);
      const data = new Float64Array(width * height);
      for (let row = 0; row < height; row++)
        data.set(stored.subarray(row * width, (row + 1) * width), (height - 1 - row) * width);
      return {
        name: text(tags, tag.fancyName) ?? text(tags, tag.channel) ?? `page ${i}`,
        unit: scale.unit,
        direction: number(tags, tag.retrace) === 1 ? "backward" : "forward",
        data,
      };
    };
    return mine.attempt(`page ${i}`, read) ?? [];
  });
  const size: [number, number] = [number(first, tag.width), number(first, tag.height)];
  const scan = (): Scan =>
    assembleScan({
      file,
      format: "JPK",
      channels,
      width,
      height,
      sizeMetres: size,
      // The file keeps the corner.
      offsetMetres: [number(first, tag.x) + size[0] / 2, number(first, tag.y) + size[1] / 2],
      angleDegrees: (number(first, tag.angle) * 180) / Math.PI,
      metadata: metadataOf(first),
    });
  return mine.finish(channels.length === 0 ? [] : [scan()], () =>
    damaged(file, "it holds no channel"),
  )[0];
}

function text(tags: TiffTags, at: number): string | undefined {
  const value = tags.get(at);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The calibration that the file calls the default; raw numbers where it has none that it describes. */
function defaultScale(
  tags: TiffTags,
  number: (tags: TiffTags, at: number) => number,
): { unit: string; factor: number; offset: number } {
  const wanted = text(tags, tag.slot);
  const count = Math.min(mostSlots, Math.max(0, number(tags, tag.slots) || 0));
  for (let i = 0; i < count; i++) {
    const at = i * perSlot;
    if (text(tags, tag.slotName + at) !== wanted) continue;
    if (text(tags, tag.scaling + at) !== "LinearScaling") break;
    const { unit, factor } = siUnit(text(tags, tag.unit + at) ?? "");
    const [multiplier, offset] = [tag.multiplier, tag.offset].map((id) => number(tags, id + at));
    if (Number.isNaN(multiplier) || Number.isNaN(offset)) break;
    return { unit, factor: multiplier * factor, offset: offset * factor };
  }
  return { unit: "", factor: 1, offset: 0 };
}

function metadataOf(tags: TiffTags): Record<string, string> {
  return Object.fromEntries(
    [...tags]
      .filter(([id]) => id >= tag.version && id < tag.slots)
      .map(([id, value]) => [`tag ${id}`, typeof value === "string" ? value : value.join(" ")]),
  );
}
