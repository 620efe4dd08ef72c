import type * as typescript from "typescript";
import { withPlainNames } from "./hide";
import type { Language } from "./language";
import { resolveImport } from "./resolveImport";
import type { TypeMistake } from "./typeMistakes";
import type { TypeScript } from "./typescript";

/** Finds what is wrong with cells and the local files that they import. */
export interface Mistakes {
  find(program: typescript.Program, cell: typescript.SourceFile): TypeMistake[];
  /** Looks at local files again, since some have changed. */
  forget(): void;
}

/** What the compiler says of a module that it does not find. */
const notFound: readonly number[] = [2307, 2882];

export function createMistakes(ts: TypeScript, language: Language, packageRoot: string): Mistakes {
  let right = new WeakSet<typescript.SourceFile>();

  /** Whether node finds a module that the compiler does not, for example a "data:" URL; its names are of any type then. */
  const isThere = ({ file, start = 0, length = 0, code }: typescript.Diagnostic): boolean => {
    if (file === undefined || !notFound.includes(code)) return false;
    const name = file.text.slice(start + 1, start + length - 1);
    try {
      return resolveImport(name, file.fileName, "import", packageRoot) !== "";
    } catch {
      return false;
    }
  };

  return {
    find: (program, cell) => {
      const imported = importedBy(language, cell).filter((file) => !right.has(file));
      const found = [cell, ...imported].flatMap((file) =>
        [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
          .filter(({ category }) => category === ts.DiagnosticCategory.Error)
          .filter((diagnostic) => !isThere(diagnostic))
          .map((diagnostic) => describe(ts, diagnostic, cell)),
      );
      if (found.length === 0) for (const file of imported) right.add(file);
      return found;
    },
    forget: () => {
      right = new WeakSet();
    },
  };
}

/** Local files that a file imports, and those that they import. */
function importedBy(language: Language, file: typescript.SourceFile): typescript.SourceFile[] {
  const found = new Set<typescript.SourceFile>();
  const queue = [file];
  for (let next = queue.pop(); next !== undefined; next = queue.pop())
    for (const imported of language.localImports(next)) {
      if (found.has(imported)) continue;
      found.add(imported);
      queue.push(imported);
    }
  found.delete(file);
  return [...found];
}

function describe(
  ts: TypeScript,
  { file, start = 0, length = 1, code, messageText }: typescript.Diagnostic,
  cell: typescript.SourceFile,
): TypeMistake {
  const place = file?.getLineAndCharacterOfPosition(start) ?? { line: 0, character: 0 };
  return {
    file: file === cell ? undefined : file?.fileName,
    line: place.line + 1,
    column: place.character + 1,
    length,
    code,
    message: withPlainNames(ts.flattenDiagnosticMessageText(messageText, "\n")),
  };
}

/** What a cell with JSX gets to hear. */
export function noJsx(code: string, start: number): TypeMistake {
  const before = code.slice(0, start).split("\n");
  return {
    file: undefined,
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
    length: 1,
    code: 17004,
    message:
      "A cell takes no JSX. Write the elements in a .tsx file beside the notebook and import it.",
  };
}
