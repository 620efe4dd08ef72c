import type { Channel, Scan } from "../../core";
import type { ByteSource } from "../byteSource";
import { checkImageSize } from "../checkImageSize";
import { damaged } from "../damaged";
import { parseDecimal } from "../parseDecimal";
import { assembleScan } from "./assembleScan";
import { checkMemory } from "./checkMemory";
import { headerTable, type HeaderTable } from "./headerTable";
import { lazyChannel } from "./lazyChannel";
import { isWhole, planeBytes, readPlaneOf, type PlaneLayout } from "./readPlane";
import { siUnit } from "./siUnit";
import { textLines } from "./textLines";

/** Bytes in which a header is looked for at first; most have a few thousand. */
export const headLength = 16_384;

/**
 * Reads a Nanonis scan. The planes hold physical values already, so the calibrations of the header are not applied; they
 * are big-endian whatever the header says. Lines of a backward plane run right to left, and those of an upward scan
 * bottom to top, in the file; here they do not.
 * @param lazy read the values of a channel when they are first asked for; the source must then last
 * @param head the first bytes, where they are read already
 * @throws InputError if the header lacks something, or announces more values than there are
 */
export function parseSxm(source: ByteSource, file: string, lazy: boolean, head?: Uint8Array): Scan {
  const { header, dataFrom } = readHeader(source, file, head);
  const [width, height] = readPixels(header, file);
  const rows = readDataInfo(header, file);
  const up = (header.get("SCAN_DIR") ?? "").trim().toLowerCase() === "up";
  const layout: PlaneLayout = {
    from: dataFrom,
    width,
    height,
    type: "f32",
    bigEndian: true,
    flip: up,
  };
  const planes = listPlanes(rows, (source.size - dataFrom) / planeBytes(layout), file);
  checkMemory(file, 8 * width * height * planes.length, source.size);
  const channels = planes.map(({ name, unit, backward }, i): Channel => {
    const { unit: base, factor } = siUnit(unit);
    const place = { ...layout, from: dataFrom + i * planeBytes(layout), mirror: backward };
    const facts = { name, unit: base, direction: backward ? "backward" : "forward" } as const;
    const unpack = (): Float64Array => readPlaneOf(source, { ...place, scale: factor });
    return lazy ? lazyChannel(facts, unpack) : { ...facts, data: unpack() };
  });
  return assembleScan({
    file,
    format: "Nanonis SXM",
    channels,
    isWhole: () => isWhole(source, layout),
    lazy,
    width,
    height,
    sizeMetres: numbers(header, "SCAN_RANGE", 2, file),
    scanDirection: up ? "up" : "down",
    lineSeconds: first(header, "SCAN_TIME"),
    biasVolts: first(header, "BIAS"),
    offsetMetres: [first(header, "SCAN_OFFSET"), second(header, "SCAN_OFFSET")],
    angleDegrees: first(header, "SCAN_ANGLE"),
    metadata: header.toRecord(),
  });
}

/** The text ends with its own tag and two marker bytes; comments are free text, so neither may be looked for alone. */
function readHeader(
  source: ByteSource,
  file: string,
  head?: Uint8Array,
): { header: HeaderTable; dataFrom: number } {
  const { bytes, end, marker } = findHeader(source, file, head);
  const header = headerTable(file);
  let tag = "";
  let value: string[] = [];
  const close = (): void => {
    if (tag !== "") header.add(tag, value.join("\n").trim());
  };
  for (const line of textLines(bytes.subarray(0, end))) {
    const found = /^:(.+):\s*$/.exec(line)?.[1];
    if (found === undefined) value.push(line);
    else {
      close();
      tag = found;
      value = [];
    }
  }
  close();
  return { header, dataFrom: marker + 2 };
}

function findHeader(
  source: ByteSource,
  file: string,
  head = source.read(0, Math.min(headLength, source.size)),
): { bytes: Uint8Array; end: number; marker: number } {
  for (let bytes = head; ; bytes = source.read(0, Math.min(8 * bytes.length, source.size))) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = buffer.indexOf(":SCANIT_END:", 0, "latin1");
    const marker = end < 0 ? -1 : buffer.indexOf(Buffer.from([0x1a, 0x04]), end);
    if (marker >= 0) return { bytes, end, marker };
    if (bytes.length < source.size) continue;
    throw damaged(file, end < 0 ? "its header has no end" : "no data follow its header");
  }
}

function readPixels(header: HeaderTable, file: string): [width: number, height: number] {
  const [a, b] = numbers(header, "SCAN_PIXELS", 2, file);
  if (![a, b].every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw damaged(file, `its header says ${a} x ${b} pixels`);
  }
  checkImageSize(a, b, file);
  // Version 1 wrote the number of lines first.
  const version = first(header, "NANONIS_VERSION");
  return version < 2 ? [b, a] : [a, b];
}

interface DataRow {
  readonly name: string;
  readonly unit: string;
  readonly direction: string;
}

/** The table of channels, by the names of its columns; names hold no blanks, so that blanks may stand for tabs. */
function readDataInfo(header: HeaderTable, file: string): DataRow[] {
  const text = header.get("DATA_INFO") ?? "";
  const between = text.includes("\t") ? /\t/ : /\s+/;
  const [titles = [], ...rows] = text
    .split("\n")
    .map((line) => line.trim().split(between))
    .map((cells) => cells.map((cell) => cell.trim()));
  const columns = ["Name", "Unit", "Direction"].map((title) => titles.indexOf(title));
  const found = rows
    .filter((cells) => columns.every((column) => column >= 0 && column < cells.length))
    .map((cells) => {
      const [name, unit, direction] = columns.map((column) => cells[column]);
      return { name, unit, direction: direction.toLowerCase() };
    });
  if (found.length === 0) throw damaged(file, "its header lists no channels");
  return found;
}

interface Plane {
  readonly name: string;
  readonly unit: string;
  readonly backward: boolean;
}

/** A slice of three-dimensional data says "both" where it holds one plane; the file's length tells. */
function listPlanes(rows: readonly DataRow[], there: number, file: string): Plane[] {
  const single = rows.map(({ name, unit, direction }) => ({
    name,
    unit,
    backward: direction === "backward",
  }));
  const all = rows.flatMap(({ direction }, i) =>
    direction === "both"
      ? [
          { ...single[i], backward: false },
          { ...single[i], backward: true },
        ]
      : [single[i]],
  );
  if (there >= all.length && there < all.length + 1) return all;
  if (there === single.length) return single;
  throw damaged(file, `its header announces ${all.length} images and it holds ${there.toFixed(2)}`);
}

function words(header: HeaderTable, tag: string): string[] {
  return (header.get(tag) ?? "").split(/\s+/).filter((word) => word !== "");
}

function first(header: HeaderTable, tag: string): number {
  return parseDecimal(words(header, tag)[0]);
}

function second(header: HeaderTable, tag: string): number {
  return parseDecimal(words(header, tag)[1]);
}

function numbers(header: HeaderTable, tag: string, count: number, file: string): [number, number] {
  const values = words(header, tag).map(parseDecimal);
  if (values.length < count || values.some((value) => Number.isNaN(value))) {
    throw damaged(file, `its header gives no ${tag}`);
  }
  return [values[0], values[1]];
}
