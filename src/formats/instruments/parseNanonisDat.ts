import { damaged } from "../damaged";
import { decodeText } from "../decodeText";
import { parseDecimal } from "../parseDecimal";
import type { CurveColumn, Curves } from "./curveTypes";
import { headerTable } from "./headerTable";
import { segmentStarts } from "./nanonisSegments";
import { siUnit } from "./siUnit";
import { textLines } from "./textLines";

/** Line before the column names. */
export const nanonisDataMark = "[DATA]";

/** Whether a text in UTF-16 or 8 bits has the line before the column names. */
export function isNanonisDat(head: Uint8Array): boolean {
  return /^\[DATA\]\s*$/m.test(
    wide(head) ? decodeText(head) : Buffer.from(head).toString("latin1"),
  );
}

/** Whether a text begins with the mark of UTF-16. */
function wide(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

/**
 * Reads a Nanonis spectroscopy file: its header, and columns with unit and direction told from their titles, in either
 * order of "[bwd]" and "(unit)". Parts that were swept at steps of their own, or that stand under marks of their own, follow
 * each other, and `segments` tells where each begins.
 * @throws InputError if there are no columns, or a value is no number
 */
export function parseNanonisDat(given: Uint8Array, file: string, name: string): Curves {
  const bytes = wide(given) ? Buffer.from(decodeText(given), "utf8") : given;
  const header = headerTable(file);
  const lines = textLines(bytes);
  let line = lines.next();
  let key = "";
  for (; line.done !== true && line.value.trim() !== nanonisDataMark; line = lines.next()) {
    const at = line.value.indexOf("\t");
    // A line that begins with a tab goes on with what the line before is about.
    if (at > 0) key = line.value.slice(0, at);
    if (at > 0 || (at === 0 && line.value.trim() !== ""))
      header.add(key, line.value.slice(at + 1).trim());
  }
  const titles = (lines.next().value ?? "").split("\t").map((title) => title.trim());
  const columns = titles.flatMap((title, cell) =>
    title === "" ? [] : [{ ...nanonisTitle(title), cell }],
  );
  if (columns.length === 0) throw damaged(file, `no columns follow a line "${nanonisDataMark}"`);
  const { data, starts } = readRows(lines, columns, titles, bytes, file);
  const place = (key: string): number => parseDecimal(header.get(key));
  const metadata = { ...header.toRecord(), "fewscope.format": "Nanonis DAT" };
  return {
    name,
    columns: columns.map(({ column }, i) => ({ ...column, data: data[i] })),
    positionMetres: [place("X (m)"), place("Y (m)"), place("Z (m)")],
    segments: starts.length > 1 ? starts : segmentStarts(metadata, data[0].length),
    metadata,
  };
}

/** What the title of a column says. */
export interface NanonisTitle {
  readonly column: Omit<CurveColumn, "data">;
  /** What values must be multiplied by. */
  readonly factor: number;
}

/** A column and its place in a line. */
type PlacedTitle = NanonisTitle & { readonly cell: number };

/** Reads a title: "LI Demod 1 X [bwd] (A)", "Current (A) [filt]", "Current [00001] (A)". */
export function nanonisTitle(title: string): NanonisTitle {
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
  columns: readonly PlacedTitle[],
  titles: readonly string[],
  bytes: Uint8Array,
  file: string,
): { data: Float64Array[]; starts: number[] } {
  // A cell takes two bytes at least, so this is at most four times the file.
  const most = Math.floor((bytes.length + columns.length) / (2 * columns.length)) + 1;
  const rows = Math.min(most, countLines(bytes));
  const data = columns.map(() => new Float64Array(rows));
  const starts = [0];
  let row = 0;
  let inHeader = false;
  for (const line of lines) {
    const bare = line.trim();
    if (bare === "") continue;
    if (bare === nanonisDataMark) {
      inHeader = true;
      if (row > (starts.at(-1) ?? 0)) starts.push(row);
      continue;
    }
    if (inHeader) {
      inHeader = false;
      const again = line.split("\t").map((title) => title.trim());
      if (again.join("\t") !== titles.join("\t"))
        throw damaged(file, `a second "${nanonisDataMark}" has other columns than the first`);
      continue;
    }
    const cells = line.split("\t");
    columns.forEach(({ factor, cell }, i) => {
      data[i][row] = readCell(cells[cell], row + 1, file) * factor;
    });
    row++;
  }
  return { data: data.map((column) => column.slice(0, row)), starts };
}

function countLines(bytes: Uint8Array): number {
  let count = 1;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}

function readCell(text: string | undefined, row: number, file: string): number {
  const trimmed = text?.trim() ?? "";
  const value = trimmed === "" ? NaN : Number(trimmed.replace(",", ".").replace("−", "-"));
  if (Number.isNaN(value) && !/^(NaN|N\/A)$/i.test(trimmed)) {
    throw damaged(file, `row ${row} of its data holds "${trimmed.slice(0, 40)}" for a number`);
  }
  return Number.isFinite(value) ? value : NaN;
}
