import * as path from "node:path";
import type * as typescript from "@tslab/typescript-for-tslab";
import type { TypeScript } from "./tslab";

/** Where the compiler gets its files. */
export interface TypeSources {
  /** Resolves imports as node does for a package's `exports`, by its own name too. */
  readonly resolve: NonNullable<typescript.CompilerHost["resolveModuleNameLiterals"]>;
  /** Keeps parsed files that do not change while the kernel lives. */
  keepParsed(host: typescript.CompilerHost): void;
  /** Parses one more file that `fewscope` will need; false when there is none left. */
  readonly warmUp: () => boolean;
}

/**
 * @param folder the notebook's folder
 * @param packageRoot the package that this kernel is part of; what the notebook's folder does not find is looked for there
 */
export function createTypeSources(
  ts: TypeScript,
  folder: string,
  packageRoot: string,
  options: typescript.CompilerOptions,
  files: typescript.ModuleResolutionHost,
): TypeSources {
  const libraries = path.dirname(ts.getDefaultLibFilePath(options));
  const built = path.join(packageRoot, "dist") + path.sep;
  /** Installed packages, the language's own declarations, and this package's built ones. */
  const isFixed = (file: string): boolean =>
    file.includes("/node_modules/") || file.startsWith(libraries) || file.startsWith(built);
  const cache = ts.createModuleResolutionCache(folder, (name) => name, options);
  const parsed = new Map<string, typescript.SourceFile>();
  let parse: ((file: string) => typescript.SourceFile | undefined) | undefined;

  const resolveOne = (
    name: string,
    from: string,
    settings: typescript.CompilerOptions,
  ): typescript.ResolvedModuleWithFailedLookupLocations => {
    const remembered = isFixed(from) ? cache : undefined;
    const found = ts.resolveModuleName(name, from, settings, files, remembered);
    if (found.resolvedModule !== undefined || /^[./]/.test(name) || isFixed(from)) return found;
    return ts.resolveModuleName(name, path.join(packageRoot, "notebook.ts"), settings, files);
  };

  const queue = ["fewscope"].map((name) => ({ name, from: path.join(folder, "notebook.ts") }));
  const queued = new Set<string>();
  const warmOne = (): boolean => {
    const next = queue.shift();
    if (next === undefined || parse === undefined) return false;
    const file = resolveOne(next.name, next.from, options).resolvedModule?.resolvedFileName;
    if (file === undefined || !isFixed(file) || queued.has(file)) return true;
    queued.add(file);
    const source = parse(file);
    if (source === undefined) return true;
    ts.bindSourceFile(source, options);
    for (const statement of source.statements)
      if (
        (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) &&
        statement.moduleSpecifier !== undefined &&
        ts.isStringLiteral(statement.moduleSpecifier)
      )
        queue.push({ name: statement.moduleSpecifier.text, from: file });
    return true;
  };

  return {
    resolve: (literals, from, _redirected, settings) =>
      literals.map(({ text }) => resolveOne(text, from, settings)),
    keepParsed: (host) => {
      const read = host.getSourceFile.bind(host);
      const readByPath = host.getSourceFileByPath?.bind(host);
      const keep = (
        file: string,
        make: () => typescript.SourceFile | undefined,
      ): typescript.SourceFile | undefined => {
        const known = parsed.get(file);
        if (known !== undefined) return known;
        const made = make();
        if (made !== undefined && isFixed(file)) parsed.set(file, made);
        return made;
      };
      host.getSourceFile = (file, ...rest) => keep(file, () => read(file, ...rest));
      if (readByPath !== undefined)
        host.getSourceFileByPath = (file, ...rest) => keep(file, () => readByPath(file, ...rest));
      parse = (file) => host.getSourceFile(file, { languageVersion: ts.ScriptTarget.ES2022 });
    },
    warmUp: warmOne,
  };
}
