import { createRequire } from "node:module";
import type * as typescript from "@tslab/typescript-for-tslab";
import type * as converter from "tslab/dist/converter";
import type * as inspect from "tslab/dist/inspect";
import type * as metadata from "tslab/dist/metadata";

/** The compiler that tslab brings, with the parts that its type declarations leave out. */
export type TypeScript = typeof typescript & {
  bindSourceFile(file: typescript.SourceFile, options: typescript.CompilerOptions): void;
  getPreEmitDiagnosticsOfFiles(
    program: typescript.Program,
    files: readonly typescript.SourceFile[],
  ): readonly typescript.Diagnostic[];
};

/** Functions of the compiler that the kernel puts others in place of, for tslab's converter only. */
export type Replacements = Partial<
  Pick<TypeScript, "createWatchCompilerHost" | "getPreEmitDiagnosticsOfFiles" | "transpileModule">
>;

/** The parts of tslab that the kernel is built on. */
export interface Tslab {
  readonly createConverter: typeof converter.createConverter;
  readonly isCompleteCode: typeof converter.isCompleteCode;
  readonly printQuickInfo: typeof inspect.printQuickInfo;
  readonly getCodeMetadata: typeof metadata.getCodeMetadata;
}

/** The version whose inner modules the kernel knows. */
const knownVersion = "1.0.22";

const fromTslab = createRequire(require.resolve("tslab"));

/** Version of the TypeScript that checks cells. */
export function typescriptVersion(): string {
  const manifest = fromTslab("@tslab/typescript-for-tslab/package.json") as { version: string };
  return manifest.version;
}

/** The compiler, unchanged. */
export function loadTypeScript(): TypeScript {
  return fromTslab("@tslab/typescript-for-tslab") as TypeScript;
}

/**
 * Loads tslab's converter with some of the compiler's functions replaced. The converter reads the compiler from the module
 * cache, so the cache is changed before the converter is loaded.
 * @throws Error if tslab is of another version
 */
export function loadTslab(replacements: Replacements): Tslab {
  const { version } = fromTslab("tslab/package.json") as { version: string };
  if (version !== knownVersion)
    throw new Error(
      `Got tslab ${version}. Expected ${knownVersion}, whose inner modules the kernel uses. Run "npm ci".`,
    );
  const compiler = loadTypeScript();
  const cached = fromTslab.cache[fromTslab.resolve("@tslab/typescript-for-tslab")];
  if (cached === undefined) throw new Error("The compiler is not in the module cache.");
  cached.exports = { ...compiler, ...replacements };
  const parts: Tslab = {
    ...(fromTslab("tslab/dist/converter") as typeof converter),
    ...(fromTslab("tslab/dist/inspect") as typeof inspect),
    ...(fromTslab("tslab/dist/metadata") as typeof metadata),
  };
  cached.exports = compiler;
  return parts;
}

/** tslab's public module, which cells may import, connected to the kernel's display. */
export function loadTslabForCells(
  display: (content: DisplayContent, update: boolean) => void,
): unknown {
  const jupyter = fromTslab("tslab/dist/jupyter") as { lastWriteDisplayData: unknown };
  jupyter.lastWriteDisplayData = (content: DisplayContent, update?: boolean) =>
    display(content, update === true);
  return fromTslab("tslab");
}

/** What tslab's display functions send. */
export interface DisplayContent {
  readonly data: Readonly<Record<string, unknown>>;
  readonly transient?: { readonly display_id?: string };
}
