import { InputError } from "../core";

/** What a table or export says of images, by the name that it gives each. */
export interface LabelTable {
  /** Label by image; "" for one that is in the table and has none. */
  readonly labels: ReadonlyMap<string, string>;
  /** Group by image, where the table has a column of them. */
  readonly groups?: ReadonlyMap<string, string>;
}

/** Columns that name an image, those first that are sure. */
export const imageColumns = ["filename", "file_name", "file", "image", "path", "image_path", "id"];
/** Columns that hold its label. */
export const labelColumns = ["label", "class", "category", "class_name", "choice", "labels"];
/** Columns that hold what it belongs to. */
export const groupColumns = ["group", "groups"];

/** One line of a table, before it is known whether all fit together. */
export interface LabelRow {
  readonly image: string;
  readonly label: string;
  readonly group?: string;
  /** What messages call it. */
  readonly where: string;
}

/** Puts rows together. @throws InputError if an image has no name, or two labels */
export function labelTable(rows: readonly LabelRow[]): LabelTable {
  const labels = new Map<string, string>();
  const groups = new Map<string, string>();
  for (const { image, label, group, where } of rows) {
    if (image === "") throw wrongRow(`an empty id in ${where}`);
    if (labels.has(image)) throw wrongRow(`the id "${image}" again in ${where}`);
    labels.set(image, label);
    if (group !== undefined) groups.set(image, group);
  }
  return { labels, ...(groups.size === 0 ? {} : { groups }) };
}

function wrongRow(got: string): InputError {
  return new InputError({
    got,
    expected: "one row for each image",
    todo: "Mend the table.",
  });
}
