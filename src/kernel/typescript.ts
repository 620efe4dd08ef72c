import type * as typescript from "typescript";

/** The compiler, with the part that its type declarations leave out. */
export type TypeScript = typeof typescript & {
  /** Gives each scope of a file its table of names. */
  bindSourceFile(file: typescript.SourceFile, options: typescript.CompilerOptions): void;
};

/** Names of one scope, by their text. */
export type Names = Map<string, typescript.Symbol>;

/** What the compiler keeps in its nodes and does not tell of. */
export interface Scoped {
  /** Names declared in the scope that this node opens. */
  locals?: Names;
}

/** The compiler of the project. It takes a moment, so it is loaded by the kernel alone. */
export function loadTypeScript(): TypeScript {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when asked for
  return require("typescript") as TypeScript;
}
