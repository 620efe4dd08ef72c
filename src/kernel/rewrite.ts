import type * as typescript from "typescript";
import { createEdits, type Edited } from "./edits";
import { createRewriter } from "./rewriter";
import { type Scoped, type TypeScript } from "./typescript";
import { visitChildren } from "./visit";

/** How a cell's code becomes code that works on the one scope of all cells. */
export interface RewriteOptions {
  /** The object that the kernel gives to the code; the binding of a name `x` is called like it and `x`. */
  readonly prefix: string;
  /** Left out for a local file, whose names are its own. */
  readonly cell?: {
    /** Says whether the scope has this name already. */
    readonly known: (name: string) => boolean;
    /** Enums and namespaces, which begin anew with each declaration. */
    readonly renewed: ReadonlySet<string>;
  };
}

/** Code that runs in the kernel. */
export interface Rewritten extends Edited {
  /** Names that the cell declares at its top. */
  readonly declared: readonly string[];
  /** Functions among them, which are there from the start. */
  readonly functions: readonly string[];
  /** Variables of `var` among them, which are there from the start. */
  readonly hoisted: readonly string[];
  /** Other names that the code means: of earlier cells, or global. */
  readonly free: readonly string[];
  /** Whether there is an `await` outside of all functions. */
  readonly awaits: boolean;
}

/** A beginning that no name in the code has. */
export function freePrefix(code: string): string {
  let prefix = "$$";
  while (code.includes(prefix)) prefix += "$";
  return prefix;
}

/**
 * Rewrites JavaScript: each name at the top of a cell becomes a property of its binding, each `await` passes the gate, `import()`
 * and `import.meta` go to the kernel. What a name means is settled when the code runs, so that all cells see one variable.
 */
export function rewrite(ts: TypeScript, code: string, options: RewriteOptions): Rewritten {
  const file = parseModule(ts, code);
  ts.bindSourceFile(file, { target: ts.ScriptTarget.ESNext });
  const declared = options.cell === undefined ? [] : [...((file as Scoped).locals?.keys() ?? [])];
  const rewriter = createRewriter(ts, file, createEdits(code), options, declared);
  visitChildren(rewriter, file);
  const { edits, functions, hoisted, free, awaits } = rewriter;
  return {
    ...edits.apply(),
    declared,
    functions,
    hoisted: [...hoisted],
    free: [...free],
    awaits,
  };
}

/** Parses a text as a module, in which `await` may stand at the top. */
export function parseModule(
  ts: TypeScript,
  code: string,
  kind: typescript.ScriptKind = ts.ScriptKind.TS,
): typescript.SourceFile {
  const options: typescript.CreateSourceFileOptions = {
    languageVersion: ts.ScriptTarget.ESNext,
    setExternalModuleIndicator: (made) => Object.assign(made, { externalModuleIndicator: true }),
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  };
  return ts.createSourceFile("cell.ts", code, options, true, kind);
}
