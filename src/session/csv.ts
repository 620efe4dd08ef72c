/** A cell of a table: numbers as they are; texts in quotes where need be, and never a formula to a spreadsheet. */
export function csvCell(value: string | number | boolean | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  const text = defused(value);
  return /[",\n\r;]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lines of a table with its header. */
export function csvTable(
  header: readonly string[],
  rows: readonly (readonly (string | number | boolean | undefined)[])[],
): string {
  return [header.join(","), ...rows.map((row) => row.map(csvCell).join(","))].join("\n") + "\n";
}

/**
 * A text that no spreadsheet takes for a formula: one more apostrophe before what begins like one.
 * @see CWE-1236, Improper neutralization of formula elements in a CSV file
 */
export function defused(text: string): string {
  return /^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

/** What `defused` was given. */
export function undefused(text: string): string {
  return /^''*[=+\-@\t\r]/.test(text) ? text.slice(1) : text;
}
