import { present } from "./host";
import { escapeHtml } from "./progress";

/** A value of a table. */
export type Cell = string | number | boolean | null | undefined;
/** A row of a table, by column name. */
export type Row = Readonly<Record<string, Cell>>;

/** What a danfojs DataFrame shows of itself; structural, so that danfojs is not loaded for a plain table. */
export interface DataFrameLike {
  readonly columns: readonly string[];
  readonly values: unknown;
}

/** How a table is shown. */
export interface TableOptions {
  /** Significant digits of numbers that are not whole. @default 4 */
  readonly digits?: number;
  /** Rows shown; the rest is counted. @default 100 */
  readonly maxRows?: number;
}

/** Shows rows or a DataFrame as a table, numbers aligned right. Outside a notebook it prints it. */
export function table(
  rows: readonly object[] | DataFrameLike,
  { digits = 4, maxRows = 100 }: TableOptions = {},
): void {
  const { columns, cells } = "columns" in rows ? ofFrame(rows) : ofRows(rows as readonly Row[]);
  const shown = cells.slice(0, maxRows).map((line) => line.map((cell) => format(cell, digits)));
  const numeric = columns.map((_, c) => cells.every((line) => !isText(line[c])));
  const more = cells.length > maxRows ? `... ${cells.length - maxRows} more rows` : "";
  present({
    "text/html": asHtml(columns, shown, numeric, more),
    "text/plain": asText(columns, shown, numeric, more),
  });
}

const isText = (cell: Cell): boolean => typeof cell === "string" || typeof cell === "boolean";

function ofRows(rows: readonly Row[]): { columns: string[]; cells: Cell[][] } {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { columns, cells: rows.map((row) => columns.map((column) => row[column])) };
}

function ofFrame(frame: DataFrameLike): { columns: string[]; cells: Cell[][] } {
  return { columns: [...frame.columns], cells: frame.values as Cell[][] };
}

function format(cell: Cell, digits: number): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell !== "number" || Number.isInteger(cell)) return String(cell);
  return Number.isFinite(cell) ? cell.toPrecision(digits) : String(cell);
}

function asText(
  columns: readonly string[],
  lines: readonly (readonly string[])[],
  numeric: readonly boolean[],
  more: string,
): string {
  const widths = columns.map((name, c) =>
    Math.max(name.length, ...lines.map((line) => line[c].length)),
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
