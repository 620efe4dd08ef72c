import type { ImageSet } from "../core";
import { present } from "./host";
import { escapeHtml } from "./progress";
import { summariseImages } from "./summariseImages";

/** A value of a table. */
export type Cell = string | number | bigint | boolean | null | undefined;
/** A row of a table, by column name. */
export type Row = Readonly<Record<string, Cell>>;

/** What a danfojs DataFrame or Series shows of itself; structural, so that danfojs is not loaded for a plain table. */
export interface DataFrameLike {
  readonly columns: readonly string[];
  /** Rows of a DataFrame, values of a Series. */
  readonly values: unknown;
  /** Names of the rows. @default their numbers */
  readonly index?: readonly (string | number)[];
}

/** How a table is shown. */
export interface TableOptions {
  /** Significant digits of the largest number of a column; the others have as many decimals. @default 4 */
  readonly digits?: number;
  /** Rows shown; the rest is counted. @default 100 */
  readonly maxRows?: number;
}

/**
 * Shows rows, a DataFrame, a Series or an image set's summary as a table, numbers aligned right; rows that have names, as those
 * of `describe()`, show them. Outside a notebook it prints it.
 */
export function table(
  of: readonly object[] | DataFrameLike | ImageSet,
  { digits = 4, maxRows = 100 }: TableOptions = {},
): void {
  const { columns, cells } = read(of);
  const shown = cells.slice(0, maxRows);
  const texts = columns.map((_, c) =>
    formatColumn(
      shown.map((line) => line[c]),
      digits,
    ),
  );
  const lines = shown.map((_, i) => texts.map((column) => column[i]));
  const numeric = columns.map((_, c) => cells.every((line) => !isText(line[c])));
  const more = cells.length > maxRows ? `... ${cells.length - maxRows} more rows` : "";
  present({
    "text/html": asHtml(columns, lines, numeric, more),
    "text/plain": asText(columns, lines, numeric, more),
  });
}

const isText = (cell: Cell): boolean => typeof cell === "string" || typeof cell === "boolean";

interface Cells {
  readonly columns: readonly string[];
  readonly cells: readonly (readonly Cell[])[];
}

function read(of: readonly object[] | DataFrameLike | ImageSet): Cells {
  if ("columns" in of) return readFrame(of);
  const rows = ("pixels" in of ? summariseImages(of) : of) as readonly Row[];
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { columns, cells: rows.map((row) => columns.map((column) => row[column])) };
}

function readFrame({ columns, values, index = [] }: DataFrameLike): Cells {
  const cells = (values as readonly (Cell | readonly Cell[])[]).map((row): readonly Cell[] =>
    Array.isArray(row) ? (row as readonly Cell[]) : [row as Cell],
  );
  // Numbers that only count the rows say nothing.
  if (cells.every((_, i) => (index[i] ?? i) === i)) return { columns, cells };
  return { columns: ["", ...columns], cells: cells.map((row, i) => [index[i], ...row]) };
}

/** The cells of a column as text, numbers with equally many decimals, so that the points stand below each other. */
function formatColumn(cells: readonly Cell[], digits: number): string[] {
  const sizes = cells.flatMap((cell) =>
    typeof cell === "number" && Number.isFinite(cell) && cell !== 0 ? [Math.abs(cell)] : [],
  );
  const whole = cells.every((cell) => typeof cell !== "number" || !(cell % 1));
  const largest = sizes.reduce((a, b) => Math.max(a, b), 0);
  const smallest = sizes.reduce((a, b) => Math.min(a, b), Infinity);
  // What is much smaller than the largest would be all zeros.
  const spread = largest > 1e4 * smallest || largest >= 1e9 || largest < 1e-6;
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(largest)));
  return cells.map((cell) => {
    if (cell === null || cell === undefined) return "";
    if (typeof cell !== "number" || whole || !Number.isFinite(cell)) return String(cell);
    return spread ? cell.toPrecision(digits) : cell.toFixed(decimals);
  });
}

function asText(
  columns: readonly string[],
  lines: readonly (readonly string[])[],
  numeric: readonly boolean[],
  more: string,
): string {
  const widths = columns.map((name, c) =>
    lines.reduce((width, line) => Math.max(width, line[c].length), name.length),
  );
  const align = (line: readonly string[]): string =>
    line
      .map((text, c) => (numeric[c] ? text.padStart(widths[c]) : text.padEnd(widths[c])))
      .join("  ");
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [align(columns), rule, ...lines.map(align), ...(more === "" ? [] : [more])].join("\n");
}

function asHtml(
  columns: readonly string[],
  lines: readonly (readonly string[])[],
  numeric: readonly boolean[],
  more: string,
): string {
  const cell = (tag: string) => (text: string, c: number) =>
    `<${tag} style="text-align:${numeric[c] ? "right" : "left"}">${escapeHtml(text)}</${tag}>`;
  const row = (tag: string, line: readonly string[]): string =>
    `<tr>${line.map(cell(tag)).join("")}</tr>`;
  const body = lines.map((line) => row("td", line)).join("");
  const rest = more === "" ? "" : `<p>${more}</p>`;
  return `<table><thead>${row("th", columns)}</thead><tbody>${body}</tbody></table>${rest}`;
}
