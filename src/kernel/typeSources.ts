import * as fs from "node:fs";
import * as path from "node:path";
import type * as typescript from "typescript";
import type { TypeScript } from "./typescript";

/** Where the compiler gets the declarations of all that is not a cell. */
export interface TypeSources {
  /** Resolves an import as node does: the `exports` of packages, a package by its own name, NODE_PATH. */
  readonly resolve: (
    name: string,
    from: string,
    mode: typescript.ResolutionMode,
  ) => typescript.ResolvedModuleWithFailedLookupLocations;
  /** Resolves `types` and `/// <reference types />`; "node" is that of the Node that runs. */
  readonly resolveTypes: (
    name: string,
    from: string,
  ) => typescript.ResolvedTypeReferenceDirectiveWithFailedLookupLocations;
  readonly moduleCache: typescript.ModuleResolutionCache;
  /** Whether a file stays as it is while the kernel lives: an installed package, the language's own, or fewscope's. */
  readonly isFixed: (file: string) => boolean;
  /** Parses such a file once. */
  readonly parseFixed: (
    file: string,
    text: typescript.IScriptSnapshot,
    options: typescript.ScriptTarget | typescript.CreateSourceFileOptions,
  ) => typescript.SourceFile;
  readonly readFixed: (file: string) => typescript.IScriptSnapshot | undefined;
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
  const libraries = path.dirname(ts.getDefaultLibFilePath(options)).replaceAll("\\", "/");
  const built = `${packageRoot.replaceAll("\\", "/")}/dist/`;
  const isFixed = (file: string): boolean =>
    file.includes("/node_modules/") || file.startsWith(libraries) || file.startsWith(built);
  const moduleCache = ts.createModuleResolutionCache(folder, (name) => name, options);
  const inPackage = path.join(packageRoot, "notebook.ts");
  const global = globalFolders().map((each) => ({
    ...options,
    paths: { "*": [`${each}/*`] },
  }));

  const resolve: TypeSources["resolve"] = (name, from, mode) => {
    const remembered = isFixed(from) ? moduleCache : undefined;
    const search = (where: string, settings = options, cache = remembered) =>
      ts.resolveModuleName(name, where, settings, files, cache, undefined, mode);
    const found = search(from);
    if (found.resolvedModule !== undefined || /^[./]/.test(name) || isFixed(from)) return found;
    const others = [
      () => search(inPackage, options, moduleCache),
      ...global.map((settings) => () => search(from, settings, undefined)),
    ];
    for (const other of others) {
      const elsewhere = other();
      if (elsewhere.resolvedModule !== undefined) return elsewhere;
    }
    return found;
  };

  const nodeTypes = nodeTypesFile();
  const resolveTypes: TypeSources["resolveTypes"] = (name, from) => {
    if (name === "node")
      return { resolvedTypeReferenceDirective: { primary: true, resolvedFileName: nodeTypes } };
    const found = ts.resolveTypeReferenceDirective(name, from, options, files);
    return found.resolvedTypeReferenceDirective === undefined
      ? ts.resolveTypeReferenceDirective(name, inPackage, options, files)
      : found;
  };

  const parsed = new Map<string, typescript.SourceFile>();
  const snapshots = new Map<string, typescript.IScriptSnapshot>();
  const readFixed = (file: string): typescript.IScriptSnapshot | undefined => {
    const known = snapshots.get(file);
    if (known !== undefined) return known;
    const text = ts.sys.readFile(file);
    if (text === undefined) return undefined;
    const made = ts.ScriptSnapshot.fromString(text);
    snapshots.set(file, made);
    return made;
  };
  const parseFixed: TypeSources["parseFixed"] = (file, text, given) => {
    const known = parsed.get(file);
    if (known !== undefined) return known;
    const plain = typeof given === "object" ? given : { languageVersion: given };
    // Comments of others are read when somebody asks for them: half of the time goes into them.
    const jsDocParsingMode = file.startsWith(built)
      ? ts.JSDocParsingMode.ParseAll
      : ts.JSDocParsingMode.ParseNone;
    const settings = { ...plain, jsDocParsingMode };
    const made = ts.createLanguageServiceSourceFile(file, text, settings, "1", false);
    parsed.set(file, made);
    return made;
  };

  const warmUp = createWarmUp(ts, options, (name, from) => {
    const file = resolve(name, from, ts.ModuleKind.ESNext).resolvedModule?.resolvedFileName;
    if (file === undefined || !isFixed(file) || parsed.has(file)) return undefined;
    const text = readFixed(file);
    return text === undefined ? undefined : parseFixed(file, text, ts.ScriptTarget.ESNext);
  });
  return {
    resolve,
    resolveTypes,
    moduleCache,
    isFixed,
    parseFixed,
    readFixed,
    warmUp: () => warmUp(path.join(folder, "notebook.ts")),
  };
}

/** Parses what `fewscope` imports, one file at each call. */
function createWarmUp(
  ts: TypeScript,
  options: typescript.CompilerOptions,
  parse: (name: string, from: string) => typescript.SourceFile | undefined,
): (notebook: string) => boolean {
  let queue: { name: string; from: string }[] | undefined;
  return (notebook) => {
    queue ??= [{ name: "fewscope", from: notebook }];
    const next = queue.shift();
    if (next === undefined) return false;
    const source = parse(next.name, next.from);
    if (source === undefined) return true;
    ts.bindSourceFile(source, options);
    for (const statement of source.statements)
      if (
        (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) &&
        statement.moduleSpecifier !== undefined &&
        ts.isStringLiteral(statement.moduleSpecifier)
      )
        queue.push({ name: statement.moduleSpecifier.text, from: source.fileName });
    return true;
  };
}

/** Folders in which `require` looks last. */
function globalFolders(): string[] {
  return (process.env["NODE_PATH"] ?? "")
    .split(path.delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => path.resolve(folder).replaceAll("\\", "/"));
}

/** The newest declarations of Node that are not newer than the Node that runs. */
function nodeTypesFile(): string {
  const running = Number(process.versions.node.split(".")[0]);
  const installed = [
    ...[26, 24, 22].map((version) => ({ version, name: `node-types-${version}` })),
    { version: 20, name: "@types/node" },
  ];
  const fitting = installed.filter(({ version }) => version <= running);
  const { name } = fitting[0] ?? { name: "@types/node" };
  const manifest = require.resolve(`${name}/package.json`);
  return path.join(path.dirname(manifest), "index.d.ts").replaceAll("\\", "/");
}

/** What tells whether a file has changed; empty if it is gone. */
export function stateOf(file: string): string {
  const stats = fs.statSync(file, { throwIfNoEntry: false, bigint: true });
  return stats === undefined ? "" : `${stats.mtimeNs} ${stats.size} ${stats.ino}`;
}
