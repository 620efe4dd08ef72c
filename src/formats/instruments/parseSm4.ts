import { defined } from "../../core";
import type { Channel, Scan } from "../../core";
import { checkImageSize } from "../checkImageSize";
import { damaged, unsuitable } from "../damaged";
import { assembleScan } from "./assembleScan";
import { byteCursor } from "./byteCursor";
import { checkMemory } from "./checkMemory";
import { planeBytes, readPlane, type PlaneLayout } from "./readPlane";
import { readSm4Pages, type Sm4Page } from "./readSm4Pages";
import { siUnit } from "./siUnit";

/** First text of a file, after its 2-byte header size. */
export const sm4Magic = "STiMage 005.";

/**
 * Reads the images of an RHK file, version 5. Pages of one frame are the channels of one scan. BETA: no file of a real
 * instrument was at hand; orientation follows Gwyddion (columns are mirrored, rows flipped where the y scale is positive),
 * values were checked on files made by hand.
 * @throws InputError if it is damaged or holds no image
 */
export function parseSm4(bytes: Uint8Array, file: string): Scan[] {
  const pages = readSm4Pages(bytes, file).filter(({ dataType }) => dataType === 0);
  if (pages.length === 0) {
    throw unsuitable(
      file,
      "which holds no image",
      "at least one image",
      "Spectra are not read; export them from the instrument's software.",
    );
  }
  const frames = new Map<string, Sm4Page[]>();
  for (const page of pages) {
    const { width, height, scaleX, scaleY, offset, angle, group } = page;
    const key = [width, height, scaleX, scaleY, ...offset, angle, group].join();
    const mates = frames.get(key);
    if (mates === undefined) frames.set(key, [page]);
    else mates.push(page);
  }
  checkMemory(
    file,
    pages.reduce((sum, { width, height }) => sum + 8 * width * height, 0),
    bytes.length,
  );
  return Array.from(frames.values(), (mates, i) =>
    toScan(bytes, file, mates, frames.size > 1 ? `frame ${i + 1}` : undefined),
  );
}

/** Line types whose values are stored as floats. */
const floatLines = new Set([1, 6, 9, 10, 11, 13, 18, 19, 21, 22]);

function toScan(
  bytes: Uint8Array,
  file: string,
  pages: readonly Sm4Page[],
  title: string | undefined,
): Scan {
  const { width, height, scaleX, scaleY, offset, angle, bias, period } = pages[0];
  const lateral = siUnit(pages[0].texts.get("x unit") ?? "m");
  const metadata = pages.flatMap((page, i) =>
    Array.from(page.texts, ([key, text]) => [pages.length > 1 ? `${i}: ${key}` : key, text]),
  );
  return assembleScan({
    file,
    format: "RHK SM4 (beta)",
    channels: pages.map((page) => toChannel(bytes, file, page)),
    width,
    height,
    sizeMetres: [
      Math.abs(scaleX) * width * lateral.factor,
      Math.abs(scaleY) * height * lateral.factor,
    ],
    ...defined({ title }),
    lineSeconds: period * width,
    biasVolts: bias,
    offsetMetres: [offset[0] * lateral.factor, offset[1] * lateral.factor],
    angleDegrees: angle,
    metadata: Object.fromEntries(metadata) as Record<string, string>,
  });
}

function toChannel(bytes: Uint8Array, file: string, page: Sm4Page): Channel {
  const { width, height, dataAt, scaleY, scaleZ, offsetZ, lineType, scanDirection, texts } = page;
  checkImageSize(width, height, file);
  const { unit, factor } = siUnit(texts.get("z unit") ?? "");
  const layout: PlaneLayout = {
    from: dataAt,
    width,
    height,
    type: floatLines.has(lineType) ? "f32" : "i32",
    mirror: true,
    flip: scaleY > 0,
    scale: scaleZ * factor,
    offset: offsetZ * factor,
  };
  if (dataAt + planeBytes(layout) > bytes.length || planeBytes(layout) > page.dataSize) {
    throw damaged(file, `an image of ${width} x ${height} pixels reaches beyond its end`);
  }
  const data = readPlane(bytes, layout);
  dropUnscanned(bytes, file, page, layout, data);
  return {
    name: texts.get("label") || "data",
    unit,
    direction: scanDirection === 1 ? "backward" : "forward",
    data,
  };
}

/** Lines after the last completed one hold zeros; these were not measured. */
function dropUnscanned(
  bytes: Uint8Array,
  file: string,
  { width, height, texts }: Sm4Page,
  { from, flip = false }: PlaneLayout,
  data: Float64Array,
): void {
  const completed = Number(texts.get("completed lines") ?? NaN);
  if (!Number.isSafeInteger(completed) || completed < 1 || completed >= height) return;
  const cursor = byteCursor(bytes, file, from + 4 * width * completed);
  if (cursor.view(4 * width * (height - completed)).some((byte) => byte !== 0)) return;
  const [first, last] = flip ? [0, height - completed] : [completed, height];
  data.fill(NaN, first * width, last * width);
}
