import type * as danfo from "danfojs-node";
import { InputError, tf, type ImageSet } from "../core";
import { summariseImages } from "./summariseImages";

/** A value in a DataFrame; NaN stands for a missing number, null for a missing text. */
type Value = string | number | boolean | null;

/**
 * Rows as a danfojs DataFrame: results of a study, a summary, savings, or any list of plain objects; parts of parts get names
 * such as "factor.value". An image set becomes its summary, a row a class. danfojs is loaded with the first call, which takes
 * a second.
 * @throws InputError if there is no row
 * @see https://danfo.jsdata.org
 */
export function dataFrame(of: readonly object[] | ImageSet): danfo.DataFrame {
  const rows = ("pixels" in of ? summariseImages(of) : of).map((row) => flatten(row));
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0)
    throw new InputError({
      got: "a table without rows",
      expected: "at least one row with a value",
      todo: "Run the study first, or check what was filtered.",
    });
  const filled = rows.map((row) =>
    columns.map((column): Value => row[column] ?? missing(rows, column)),
  );
  // danfojs loads TensorFlow: in our way, which keeps its log quiet.
  void tf.version;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on first use, not on import
  const { DataFrame } = require("danfojs-node") as typeof danfo;
  return new DataFrame(filled, { columns });
}

/** What stands for nothing in a column, by what else is in it. */
function missing(rows: readonly Record<string, Value>[], column: string): Value {
  const numeric = rows.every((row) => ["number", "undefined"].includes(typeof row[column]));
  return numeric ? NaN : null;
}

/** One level of names; lists and arrays are left out, since a cell holds one value. */
function flatten(row: object, prefix = ""): Record<string, Value> {
  const parts = Object.entries(row).flatMap(([key, value]: [string, unknown]) => {
    if (value === undefined || value === null) return [];
    if (typeof value !== "object") return [[prefix + key, value as Value] as const];
    if (Array.isArray(value) || ArrayBuffer.isView(value)) return [];
    return Object.entries(flatten(value, `${prefix}${key}.`));
  });
  return Object.fromEntries(parts);
}
