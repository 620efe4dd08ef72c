import type * as typescript from "typescript";
import { withoutMapComment } from "./emitCell";
import { freePrefix, rewrite } from "./rewrite";
import type { TypeScript } from "./typescript";
import { wayBack, type WayBack } from "./wayBack";

/** A local TypeScript file ready to run: the body of a function. */
export interface CompiledFile {
  readonly code: string;
  /** What the code calls the kernel. */
  readonly prefix: string;
  readonly back: WayBack;
  /** Modules that it imports before it does anything. */
  readonly imports: readonly string[];
  /** Whether it awaits something before it is done. */
  readonly awaits: boolean;
  /** Texts of its functions, as they run and as they were before. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Compiles a local file on its own; the types were checked with the cell that imports it. */
export function compileFile(
  ts: TypeScript,
  name: string,
  text: string,
  { target, jsx }: typescript.CompilerOptions,
): CompiledFile {
  const { outputText, sourceMapText = "" } = ts.transpileModule(text, {
    // What node takes for an ES module by its ending is one function here as well.
    fileName: /x$/.test(name) ? "file.tsx" : "file.ts",
    compilerOptions: {
      ...(target === undefined ? {} : { target }),
      ...(jsx === undefined ? {} : { jsx }),
      esModuleInterop: true,
      experimentalDecorators: true,
      newLine: ts.NewLineKind.LineFeed,
      sourceMap: true,
      // CommonJS that keeps `import()`.
      module: ts.ModuleKind.Node20,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
    },
  });
  const compiled = withoutMapComment(outputText);
  const prefix = freePrefix(compiled);
  const rewritten = rewrite(ts, compiled, { prefix });
  return {
    code: rewritten.code,
    prefix,
    back: wayBack(compiled, rewritten, sourceMapText),
    imports: importedBy(ts, text, compiled),
    awaits: rewritten.awaits,
    texts: rewritten.spans,
  };
}

/** Imports that are left after those of types only went. */
function importedBy(ts: TypeScript, text: string, compiled: string): string[] {
  const { importedFiles } = ts.preProcessFile(text, true, false);
  const names = [...new Set(importedFiles.map(({ fileName }) => fileName))];
  return names.filter((name) => compiled.includes(`require("${name}")`));
}
