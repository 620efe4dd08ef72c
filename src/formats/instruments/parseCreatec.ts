import type { Channel, Scan } from "../../core";
import { checkImageSize } from "../checkImageSize";
import { damaged } from "../damaged";
import { parseDecimal } from "../parseDecimal";
import { assembleScan } from "./assembleScan";
import { checkMemory } from "./checkMemory";
import { createcHeader, type CreatecHeader } from "./createcHeader";
import { textLines } from "./textLines";
import { planeBytes, readPlane, type PlaneLayout } from "./readPlane";
import { unpackFloats } from "./unpackFloats";

/** First words of a file, by how it packs its values. */
export const createcMagics = ["[Parameter]", "[Paramet32]", "[Paramco32]"] as const;

/** Where the values begin in files that do not pack them. */
const plainHeader = 16384;

/**
 * Reads a Createc image: heights in m, currents in A, whatever else in units of the converter, whose meaning the file does
 * not tell. All channels forward come first, then all backward; both lie left to right. Which there are the header says:
 * scans in one direction, and at several voltages, have other numbers of images.
 * @throws InputError if the header lacks something, or the values are cut short
 */
export function parseCreatec(bytes: Uint8Array, file: string): Scan {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = createcMagics.find((magic) => buffer.toString("latin1", 0, 11) === magic);
  const packedAt = kind === "[Paramco32]" ? findPacked(buffer, file) : plainHeader;
  const lines = headerLines(bytes.subarray(0, packedAt));
  const packedFrom = kind === "[Paramco32]" ? packedAt + 4 : 0;
  const type = kind === "[Parameter]" ? "i16" : "f32";
  const read = (header: CreatecHeader): Float64Array[] => {
    const { width, height, planes } = header;
    checkImageSize(width, height, file);
    return readPlanes(bytes, { from: 0, width, height, type }, planes.length, packedFrom, file);
  };
  let header = createcHeader(lines, file);
  let planesRead: Float64Array[];
  try {
    planesRead = read(header);
  } catch (error) {
    // Without a number of images, those of one direction may be all.
    if (header.table.get("Channels") !== undefined) throw error;
    header = createcHeader(lines, file, true);
    planesRead = read(header);
  }
  const { width, height, completedRows } = header;
  let rows = completedRows ?? height;
  // A signal may be zero for reasons of its own: what was not measured is zero in all.
  if (completedRows === undefined)
    while (rows > 1 && planesRead.every((plane) => rowIsZero(plane, width, rows - 1))) rows--;
  return assembleScan({
    file,
    format: `Createc ${kind ?? ""}`,
    channels: planesRead.map((data, plane) => toChannel(data, header, plane, rows)),
    width,
    height,
    sizeMetres: header.sizeMetres,
    scanDirection: "down",
    lineSeconds: parseDecimal(header.table.get("Sec/line:")),
    biasVolts: biasVolts(header),
    angleDegrees: parseDecimal(header.table.get("Rotation")),
    metadata: {
      ...header.table.toRecord(),
      "fewscope.m_per_unit": String(header.metresPerUnit),
      "fewscope.A_per_unit": String(header.amperesPerUnit),
      ...voltagesOf(header),
    },
  });
}

/** The mark before the packed values stands at different places, and could occur in a comment: zlib follows the right one. */
function findPacked(buffer: Buffer, file: string): number {
  for (let at = buffer.indexOf("DATA"); at >= 0; at = buffer.indexOf("DATA", at + 1)) {
    const [method, flags] = [buffer[at + 4], buffer[at + 5]];
    if (method === 0x78 && ((method << 8) | flags) % 31 === 0) return at;
  }
  throw damaged(file, "no packed values follow its header");
}

function readPlanes(
  bytes: Uint8Array,
  layout: PlaneLayout,
  planes: number,
  packedFrom: number,
  file: string,
): Float64Array[] {
  const size = layout.width * layout.height;
  checkMemory(file, 8 * planes * size, bytes.length);
  if (packedFrom > 0) return unpackFloats(bytes.subarray(packedFrom), planes, size, file);
  const from = plainHeader + planeBytes(layout) / size;
  const needed = planes * planeBytes(layout);
  if (bytes.length - from < needed) {
    throw damaged(
      file,
      `${planes} images need ${needed} bytes and ${bytes.length - from} are there`,
    );
  }
  return Array.from({ length: planes }, (_, plane) =>
    readPlane(bytes, { ...layout, from: from + plane * planeBytes(layout) }),
  );
}

function biasVolts({ table }: CreatecHeader): number {
  const keys = ["BiasVolt.[mV]", "BiasVoltage", "Biasvolt[mV]"];
  const found = keys.map((key) => table.get(key)).find((value) => value !== undefined);
  return parseDecimal(found) / 1000;
}

/** Where the scan was taken at several voltages, that of each channel. */
function voltagesOf({ planes, table }: CreatecHeader): Record<string, string> {
  if (planes.every(({ voltage }) => voltage === 0)) return {};
  const volts = planes.map(({ voltage }) => parseDecimal(table.get(`MVolt_${voltage + 1}`)) / 1000);
  return { "fewscope.channel_bias_V": volts.join(" ") };
}

/** The text ends where zeros fill it up. */
function headerLines(bytes: Uint8Array): string[] {
  return Array.from(textLines(bytes)).flatMap((line) => line.split(/\0+/));
}

function toChannel(
  data: Float64Array,
  { width, planes, metresPerUnit, amperesPerUnit }: CreatecHeader,
  plane: number,
  completedRows: number,
): Channel {
  const { signal, backward } = planes[plane];
  const [name, unit, scale] =
    signal === 0
      ? ["Z", "m", metresPerUnit]
      : signal === 1
        ? ["Current", "A", amperesPerUnit]
        : [signal === undefined ? `plane ${plane + 1}` : `ADC${signal}`, "", 1];
  for (let i = 0; i < data.length; i++) {
    const measured = i < completedRows * width && Number.isFinite(data[i]);
    data[i] = measured ? data[i] * scale : NaN;
  }
  return { name, unit, direction: backward ? "backward" : "forward", data };
}

function rowIsZero(data: Float64Array, width: number, row: number): boolean {
  for (let i = row * width; i < (row + 1) * width; i++) if (data[i] !== 0) return false;
  return true;
}
