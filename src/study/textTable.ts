/** How cells behind the first of a line stand; the first stands left. */
export interface TextTableOptions {
  /** @default "right" */
  readonly align?: "left" | "right";
}

/** Lines of cells as plain text in columns, indented by two blanks; blanks at the ends of lines are left out. */
export function textTable(
  lines: readonly (readonly string[])[],
  { align = "right" }: TextTableOptions = {},
): string {
  const widths = (lines[0] ?? []).map((_, c) => Math.max(...lines.map((line) => line[c].length)));
  return lines
    .map((line) => {
      const cells = line.map((text, c) =>
        c === 0 || align === "left" ? text.padEnd(widths[c]) : text.padStart(widths[c]),
      );
      return `  ${cells.join("  ")}`.trimEnd();
    })
    .join("\n");
}
