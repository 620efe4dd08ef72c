import type * as typescript from "typescript";
import type { TypeScript } from "./typescript";

/** Parts of the language's library, and how this Node tells that it has them. */
const parts: readonly (readonly [library: string, isThere: () => boolean])[] = [
  ["es2024.arraybuffer", () => "transfer" in ArrayBuffer.prototype],
  ["es2024.collection", () => "groupBy" in Map],
  ["es2024.object", () => "groupBy" in Object],
  ["es2024.promise", () => "withResolvers" in Promise],
  ["es2024.regexp", () => "unicodeSets" in RegExp.prototype],
  ["es2024.sharedmemory", () => "waitAsync" in Atomics],
  ["es2024.string", () => "isWellFormed" in String.prototype],
  ["esnext.array", () => "fromAsync" in Array],
  ["esnext.collection", () => "union" in Set.prototype],
  ["esnext.disposable", () => "DisposableStack" in globalThis],
  ["esnext.error", () => "isError" in Error],
  ["esnext.float16", () => "Float16Array" in globalThis],
  ["esnext.iterator", () => "Iterator" in globalThis],
  ["esnext.promise", () => "try" in Promise],
];

/**
 * How cells and the files beside them are checked and compiled: modules as bundlers and Node find them, today's language, the
 * library of the Node that runs. As forgiving as the stock tslab kernel, so that a notebook runs under both.
 */
export function compilerOptions(ts: TypeScript): typescript.CompilerOptions {
  return {
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    lib: ["es2023", ...parts.filter(([, isThere]) => isThere()).map(([name]) => name)].map(
      (name) => `lib.${name}.d.ts`,
    ),
    types: ["node"],
    jsx: ts.JsxEmit.ReactJSX,
    alwaysStrict: true,
    allowImportingTsExtensions: true,
    allowJs: true,
    esModuleInterop: true,
    experimentalDecorators: true,
    newLine: ts.NewLineKind.LineFeed,
    resolveJsonModule: true,
    skipLibCheck: true,
    sourceMap: true,
  };
}
