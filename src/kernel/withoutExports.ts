import type { TypeScript } from "./tslab";

/** Blanks the word `export` before declarations: all names of a cell are there for the next one anyway. */
export function withoutExports(ts: TypeScript, code: string): string {
  if (!code.includes("export")) return code;
  const file = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022);
  let blanked = code;
  for (const statement of file.statements) {
    if (!ts.canHaveModifiers(statement)) continue;
    const modifiers = ts.getModifiers(statement) ?? [];
    if (modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) continue;
    const word = modifiers.find(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (word === undefined) continue;
    // As many blanks, so that places in the cell stay what they are.
    blanked = `${blanked.slice(0, word.end - 6)}      ${blanked.slice(word.end)}`;
  }
  return blanked;
}
