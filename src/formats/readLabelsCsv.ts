import { InputError } from "../core";
import { readAllBytes, sourceName } from "./byteSource";
import { damaged, unsuitable } from "./damaged";

/**
 * Reads a table of labels: comma-separated, with the header `id,label` (other columns are ignored). An empty label says
 * that the image is in the table and has none.
 * @throws InputError if a column is missing, an id is empty or occurs twice, or it is no such table
 */
export async function readLabelsCsv(input: string | Uint8Array): Promise<Map<string, string>> {
  const name = sourceName(input);
  const bytes = readAllBytes(input);
  if (bytes.includes(0)) {
    throw unsuitable(
      name,
      "which is no text",
      "a table with the header id,label",
      "Save it as CSV.",
    );
  }
  const { parse } = await import("csv-parse/sync");
  let rows: string[][];
  try {
    rows = parse(Buffer.from(bytes), { bom: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw damaged(name, `it is no regular table (${(error as Error).message})`, error);
  }
  const header = rows.shift() ?? [];
  const [id, label] = ["id", "label"].map((column) => findColumn(header, column, name));
  const labels = new Map<string, string>();
  rows.forEach((row, i) => {
    const line = `row ${i + 2} of "${name}"`;
    if (row[id] === "") throw wrongRow(`an empty id in ${line}`);
    if (labels.has(row[id])) throw wrongRow(`the id "${row[id]}" again in ${line}`);
    labels.set(row[id], row[label]);
  });
  return labels;
}

function findColumn(header: readonly string[], column: string, name: string): number {
  const at = header.indexOf(column);
  if (at >= 0) return at;
  throw new InputError({
    got: `the header "${header.join(",").slice(0, 80)}" in "${name}"`,
    expected: "a first line id,label",
    todo: `Add the column ${column}.`,
  });
}

function wrongRow(got: string): InputError {
  return new InputError({
    got,
    expected: "one row for each image",
    todo: "Mend the table.",
  });
}
