import { InputError } from "../core";
import { readAllBytes, sourceName } from "./byteSource";
import { damaged, unsuitable } from "./damaged";
import { decodeText } from "./decodeText";
import {
  groupColumns,
  imageColumns,
  labelColumns,
  labelTable,
  type LabelRow,
  type LabelTable,
} from "./labelTable";
import { labelsFromJson } from "./labelsFromJson";

/** Which column a table keeps groups in. */
export interface ReadLabelsOptions {
  /** @default "group", where there is one */
  readonly groupColumn?: string;
}

/**
 * Reads labels as people have them: a table with columns for the image (`filename`, `file`, `image`, `path`, `id`) and its
 * label (`label`, `class`, `category`), separated by comma, semicolon or tab, in any usual encoding; a list "image label" a
 * line without a header, as torchvision's examples have it; or JSON of Label Studio, COCO or torchvision. An empty label says
 * that the image is in the table and has none.
 * @throws InputError if a column is missing, an id is empty or occurs twice, or it is no such table
 */
export async function readLabels(
  input: string | Uint8Array,
  options: ReadLabelsOptions = {},
): Promise<LabelTable> {
  const name = sourceName(input);
  const text = decodeText(readAllBytes(input));
  if (text.includes("\0")) {
    throw unsuitable(
      name,
      "which is no text",
      "a table with the header id,label",
      "Save it as CSV.",
    );
  }
  if (/^\s*[[{]/.test(text)) return labelsFromJson(text, name);
  return labelTable(await tableRows(text, name, options));
}

async function tableRows(
  text: string,
  name: string,
  { groupColumn }: ReadLabelsOptions,
): Promise<LabelRow[]> {
  const [first = ""] = text.split(/\r?\n/, 1);
  const rows = await parseRows(text, separatorOf(first), name);
  const header = rows.at(0) ?? [];
  const bare = isListed(header);
  const columns = bare ? { image: 0, label: 1 } : columnsOf(header, rows, name);
  const group = bare ? undefined : groupOf(header, groupColumn, name);
  return rows.slice(bare ? 0 : 1).map((row, i) => ({
    image: row[columns.image] ?? "",
    label: row[columns.label] ?? "",
    ...(group === undefined ? {} : { group: row[group] ?? "" }),
    where: `row ${i + (bare ? 1 : 2)} of "${name}"`,
  }));
}

async function parseRows(text: string, delimiter: string, name: string): Promise<string[][]> {
  const { parse } = await import("csv-parse/sync");
  try {
    return parse(text, { delimiter, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw damaged(name, `it is no regular table (${(error as Error).message})`, error);
  }
}

/** What parts the columns: what the first line has most of, outside of quotes; a blank in a plain list. */
function separatorOf(line: string): string {
  const bare = line.replace(/"[^"]*"/g, "");
  const counts = [",", ";", "\t"].map((separator) => bare.split(separator).length - 1);
  const most = Math.max(...counts);
  if (most === 0) return isFileName(bare.trim().split(" ")[0]) ? " " : ",";
  return [",", ";", "\t"][counts.indexOf(most)];
}

const isFileName = (text: string): boolean =>
  /\.(png|jpe?g|tiff?|npy|sxm|gwy|gsf|bmp|gif)$/i.test(text);

/** A table without a header, whose first line names an image and a label. */
function isListed(first: readonly string[]): boolean {
  return first.length === 2 && isFileName(first[0]) && !isFileName(first[1]);
}

function columnsOf(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  name: string,
): { image: number; label: number } {
  const find = (known: readonly string[]): number[] =>
    known.map((column) => indexOf(header, column)).filter((at) => at >= 0);
  const images = find(imageColumns);
  const id = indexOf(header, "id");
  // A number of the table's own says less than a name, where there is one.
  const numbered = id >= 0 && rows.slice(1).every((row) => /^\d+$/.test(row[id] ?? ""));
  const image = id >= 0 && !(numbered && images.length > 1) ? id : images.at(0);
  const label = find(labelColumns).at(0);
  if (image !== undefined && label !== undefined) return { image, label };
  throw new InputError({
    got: `the header "${header.join(",").slice(0, 80)}" in "${name}"`,
    expected: `a column for the image (${imageColumns.join(", ")}) and one for its label (${labelColumns.join(", ")})`,
    todo: `Add the column ${image === undefined ? "id" : "label"}, or rename one so.`,
  });
}

function groupOf(
  header: readonly string[],
  wanted: string | undefined,
  name: string,
): number | undefined {
  const found = (wanted === undefined ? groupColumns : [wanted])
    .map((column) => indexOf(header, column))
    .find((at) => at >= 0);
  if (found !== undefined || wanted === undefined) return found;
  throw new InputError({
    got: `the column "${wanted}" for groups, which "${name}" does not have`,
    expected: `one of ${header.join(", ").slice(0, 200)}`,
    todo: "Name one of these.",
  });
}

function indexOf(header: readonly string[], column: string): number {
  const plain = (text: string): string => text.trim().toLowerCase().replace(/[ -]/g, "_");
  return header.findIndex((title) => plain(title) === plain(column));
}
