import type { Channel } from "../../core";
import { checkImageSize } from "../checkImageSize";
import { damaged } from "../damaged";
import { parseDecimal } from "../parseDecimal";
import { checkMemory } from "./checkMemory";
import type { CurveGrid, GridChannel } from "./curveTypes";
import { headerTable, type HeaderTable } from "./headerTable";
import { nanonisSegments } from "./nanonisSegments";
import { nanonisTitle, type NanonisTitle } from "./parseNanonisDat";
import { placeKeys } from "./scanPlace";
import { textLines } from "./textLines";

/** Line after which the values begin. */
export const nanonisGridMark = ":HEADER_END:";

/** More values at a place than any sweep has. */
const mostPoints = 4e6;

/**
 * Reads a grid of spectra of Nanonis (.3ds): big-endian floats, for each place its parameters, then each channel. Places come
 * row by row from the bottom of the frame, unless their recorded positions say otherwise; here the top row is first. What an
 * unfinished grid has not is NaN. BETA: no file of a real instrument was at hand; values were checked on files made by hand.
 * @throws InputError if the header lacks something, or announces what cannot be
 */
export function parse3ds(bytes: Uint8Array, file: string, name: string): CurveGrid {
  const { header, dataFrom } = readHeader(bytes, file);
  const layout = readLayout(header, file);
  const { width, height, points, parameters, titles } = layout;
  const perPlace = parameters.length + points * titles.length;
  checkMemory(file, 8 * width * height * perPlace, bytes.length);
  const places = Math.min(width * height, Math.floor((bytes.length - dataFrom) / (4 * perPlace)));
  if (places < 1) throw damaged(file, "it holds no curve");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const value = (place: number, at: number): number =>
    view.getFloat32(dataFrom + 4 * (place * perPlace + at), false);
  const flip = !startsAtTop(layout, places, value);
  const rowOf = (place: number): number => {
    const row = Math.floor(place / width);
    return flip ? height - 1 - row : row;
  };
  const target = (place: number): number => rowOf(place) * width + (place % width);
  const maps = parameters.map(({ column, factor }, k): Channel => {
    const data = new Float64Array(width * height).fill(NaN);
    for (let place = 0; place < places; place++) data[target(place)] = value(place, k) * factor;
    return { name: column.name, unit: column.unit, direction: "forward", data };
  });
  const channels = titles.map(({ column, factor }, k): GridChannel => {
    const data = new Float64Array(width * height * points).fill(NaN);
    const from = parameters.length + k * points;
    for (let place = 0; place < places; place++) {
      const to = target(place) * points;
      for (let i = 0; i < points; i++) {
        const read = value(place, from + i) * factor;
        data[to + i] = read - read === 0 ? read : NaN;
      }
    }
    return { ...column, data };
  });
  return {
    name,
    width,
    height,
    sizeMetres: layout.size,
    sweep: sweepOf(header, layout, (k) => value(0, k)),
    channels,
    maps,
    metadata: {
      ...header.toRecord(),
      "fewscope.format": "Nanonis 3DS (beta)",
      "fewscope.places": `${places} of ${width * height}`,
      ...(layout.centre.every(Number.isFinite)
        ? { [placeKeys.offset]: layout.centre.join(" ") }
        : {}),
      ...(Number.isFinite(layout.angle) ? { [placeKeys.angle]: String(layout.angle) } : {}),
    },
  };
}

interface GridLayout {
  readonly width: number;
  readonly height: number;
  readonly points: number;
  readonly centre: readonly [number, number];
  readonly size: readonly [number, number];
  readonly angle: number;
  readonly parameters: readonly NanonisTitle[];
  readonly titles: readonly NanonisTitle[];
  readonly sweep: NanonisTitle;
}

function readHeader(bytes: Uint8Array, file: string): { header: HeaderTable; dataFrom: number } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.indexOf(nanonisGridMark, 0, "latin1");
  const line = end < 0 ? -1 : buffer.indexOf(10, end);
  if (line < 0) throw damaged(file, "its header has no end");
  const header = headerTable(file);
  for (const text of textLines(bytes.subarray(0, end))) {
    const at = text.indexOf("=");
    if (at < 1) continue;
    header.add(
      text.slice(0, at).trim(),
      text
        .slice(at + 1)
        .trim()
        .replace(/^"|"$/g, ""),
    );
  }
  return { header, dataFrom: line + 1 };
}

function readLayout(header: HeaderTable, file: string): GridLayout {
  const [width, height] = (header.get("Grid dim") ?? "").split(/\s*[x×]\s*/).map(Number);
  const points = parseDecimal(header.get("Points"));
  const wholes = [width, height, points];
  if (!wholes.every((size) => Number.isSafeInteger(size) && size > 0) || points > mostPoints) {
    throw damaged(file, `its header says a grid of ${width} x ${height} with ${points} points`);
  }
  checkImageSize(width, height, file);
  const settings = (header.get("Grid settings") ?? "").split(";").map(parseDecimal);
  const [x = NaN, y = NaN, sizeX = NaN, sizeY = NaN, angle = NaN] = settings;
  const list = (key: string): string[] =>
    (header.get(key) ?? "")
      .split(";")
      .map((title) => title.trim())
      .filter((title) => title !== "");
  const named = [...list("Fixed parameters"), ...list("Experiment parameters")];
  const count = parseDecimal(header.get("# Parameters (4 byte)"));
  const known = Number.isSafeInteger(count) && count >= 0 && count <= 10_000;
  const parameters = Array.from({ length: known ? count : named.length }, (_, i) =>
    nanonisTitle(named[i] ?? `parameter ${i + 1}`),
  );
  const titles = list("Channels").map(nanonisTitle);
  if (titles.length === 0) throw damaged(file, "its header lists no channels");
  return {
    width,
    height,
    points,
    centre: [x, y],
    size: [sizeX, sizeY],
    angle,
    parameters,
    titles,
    sweep: nanonisTitle(header.get("Sweep Signal") ?? "sweep"),
  };
}

/** Whether the first row is the upper one: recorded positions tell, turned back by the angle of the frame. */
function startsAtTop(
  { width, parameters, angle }: GridLayout,
  places: number,
  value: (place: number, at: number) => number,
): boolean {
  const index = (wanted: string): number =>
    parameters.findIndex(({ column }) => column.name === wanted && column.unit === "m");
  const [x, y] = [index("X"), index("Y")];
  const last = Math.floor((places - 1) / width) * width;
  if (x < 0 || y < 0 || last === 0) return false;
  // Nanonis turns its frames clockwise.
  const turn = ((Number.isFinite(angle) ? angle : 0) * Math.PI) / 180;
  const [dx, dy] = [value(last, x) - value(0, x), value(last, y) - value(0, y)];
  return dx * Math.sin(turn) + dy * Math.cos(turn) < 0;
}

/** The swept values: from start to end in even steps, or part by part. */
function sweepOf(
  header: HeaderTable,
  { points, parameters, sweep }: GridLayout,
  parameter: (k: number) => number,
): CurveGrid["sweep"] {
  const { column, factor } = sweep;
  const index = (wanted: string): number =>
    parameters.findIndex(({ column: { name } }) => name === wanted);
  const [start, end] = [index("Sweep Start"), index("Sweep End")].map((k) =>
    k < 0 ? NaN : parameter(k),
  );
  const parts = nanonisSegments(header.toRecord());
  const values = new Float64Array(points);
  let at = 0;
  const fill = (from: number, to: number, count: number): void => {
    for (let i = 0; i < count && at < points; i++, at++)
      values[at] = (from + ((to - from) * i) / Math.max(1, count - 1)) * factor;
  };
  if (parts.length > 1 && parts.reduce((sum, part) => sum + part.points, 0) === points)
    for (const { from, to, points: count } of parts) fill(from, to, count);
  else fill(start, end, points);
  return { name: column.name, unit: column.unit, values };
}
