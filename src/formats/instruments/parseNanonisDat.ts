import { damaged } from "../damaged";
import { headerTable } from "./headerTable";
import { siUnit } from "./siUnit";

/** Curves measured at one place, such as current against voltage. */
export interface Curves {
  readonly name: string;
  /** The first column is what was swept. All have one length. */
  readonly columns: readonly CurveColumn[];
  /** Where on the surface, as far as the file says; NaN where it does not. */
  readonly positionMetres: readonly [x: number, y: number, z: number];
  readonly metadata: Readonly<Record<string, string>>;
}

/** One quantity of the curves, in its SI unit; NaN where there is no value. */
export interface CurveColumn {
  readonly name: string;
  readonly unit: string;
  readonly direction: "forward" | "backward";
  /** Smoothed by the instrument's software. */
  readonly filtered: boolean;
  /** Number of a single sweep, from 1; left out for the mean of all. */
  readonly sweep?: number;
  readonly data: Float64Array;
}

/** Line before the column names. */
export const nanonisDataMark = "[DATA]";

/**
 * Reads a Nanonis spectroscopy file: its header, and columns with unit and direction told from their titles, in either
 * order of "[bwd]" and "(unit)".
 * @throws InputError if there are no columns, or a value is no number
 */
export function parseNanonisDat(bytes: Uint8Array, file: string, name: string): Curves {
  const header = headerTable(file);
  const lines = textLines(bytes);
  let line = lines.next();
  for (; line.done !== true && line.value.trim() !== nanonisDataMark; line = lines.next()) {
    const at = line.value.indexOf("\t");
    if (at > 0) header.add(line.value.slice(0, at), line.value.slice(at + 1).trim());
  }
  const titles = (lines.next().value ?? "").split("\t").filter((title) => title.trim() !== "");
  if (titles.length === 0) throw damaged(file, `no columns follow a line "${nanonisDataMark}"`);
  const columns = titles.map(parseTitle);
  const data = readRows(lines, columns, bytes, file);
  const place = (key: string): number => Number.parseFloat(header.get(key) ?? "");
  return {
    name,
    columns: columns.map(({ column }, i) => ({ ...column, data: data[i] })),
    positionMetres: [place("X (m)"), place("Y (m)"), place("Z (m)")],
    metadata: { ...header.toRecord(), "fewscope.format": "Nanonis DAT" },
  };
}

interface Title {
  readonly column: Omit<CurveColumn, "data">;
  readonly factor: number;
}

/** "LI Demod 1 X [bwd] (A)", "Current (A) [filt]", "Current [00001] (A)". */
function parseTitle(title: string): Title {
  const marks = Array.from(title.matchAll(/\[([^\]]*)\]/g), ([, mark]) => mark);
  const bare = title.replace(/\s*\[[^\]]*\]/g, "");
  const [, name = bare, unitText = ""] = /^(.*?)\s*\(([^()]*)\)\s*$/.exec(bare) ?? [];
  const { unit, factor } = siUnit(unitText);
  const sweep = marks.find((mark) => /^\d+$/.test(mark));
  return {
    column: {
      name: name.trim(),
      unit,
      direction: marks.includes("bwd") ? "backward" : "forward",
      filtered: marks.includes("filt"),
      ...(sweep === undefined ? {} : { sweep: Number(sweep) }),
    },
    factor,
  };
}

function readRows(
  lines: Iterable<string>,
  columns: readonly Title[],
  bytes: Uint8Array,
  file: string,
): Float64Array[] {
  // A cell takes two bytes at least, so this is at most four times the file.
  const most = Math.floor((bytes.length + columns.length) / (2 * columns.length)) + 1;
  const rows = Math.min(most, countLines(bytes));
  const data = columns.map(() => new Float64Array(rows));
  let row = 0;
  for (const line of lines) {
    if (line.trim() === "") continue;
    const cells = line.split("\t");
    columns.forEach(({ factor }, i) => {
      data[i][row] = readCell(cells[i], row + 1, file) * factor;
    });
    row++;
  }
  return data.map((column) => column.slice(0, row));
}

function countLines(bytes: Uint8Array): number {
  let count = 1;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}

function readCell(text: string | undefined, row: number, file: string): number {
  const trimmed = text?.trim() ?? "";
  const value = trimmed === "" ? NaN : Number(trimmed.replace(",", "."));
  if (Number.isNaN(value) && !/^(NaN|N\/A)$/i.test(trimmed)) {
    throw damaged(file, `row ${row} of its data holds "${trimmed.slice(0, 40)}" for a number`);
  }
  return Number.isFinite(value) ? value : NaN;
}

/** Lines of a text, one at a time, so that a large file is not in memory twice. */
function* textLines(bytes: Uint8Array): Generator<string, undefined> {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  for (let from = marked ? 3 : 0; from < bytes.length;) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end;
    const line = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from);
    yield line.toString(marked ? "utf8" : "latin1").replace(/\r$/, "");
    from = to + 1;
  }
  return undefined;
}
