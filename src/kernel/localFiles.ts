import * as fs from "node:fs";
import Module, { createRequire, isBuiltin } from "node:module";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import type * as typescript from "typescript";
import { compileFile, type CompiledFile } from "./compileFile";
import type { FunctionTexts } from "./functionTexts";
import type { Positions } from "./positions";
import { type Asked, isTypeScript, resolveImport } from "./resolveImport";
import { stateOf } from "./typeSources";
import type { TypeScript } from "./typescript";

/** A local TypeScript file that is a module. */
export interface LocalFile {
  readonly file: string;
  readonly state: string;
  readonly module: Module;
  readonly importers: Set<LocalFile>;
  /** Set once it runs: nothing to wait for, or its end. */
  done?: Promise<void> | true;
  /** What it waits for before it goes on. */
  waitsFor?: LocalFile | undefined;
}

/** The local TypeScript files of a notebook, each run once until it changes. */
export interface LocalFiles {
  readonly resolve: (name: string, from: string, asked: Asked) => string;
  readonly isOurs: (file: string) => boolean;
  /** The module of a file, which some other imports. */
  readonly get: (file: string, importer?: LocalFile) => LocalFile;
  /** Runs a module, unless it runs already; gives its end, where it is not at once. */
  readonly evaluate: (module: LocalFile) => Promise<void> | undefined;
  /** Whether waiting for one module would mean that another waits for itself. */
  readonly waits: (module: LocalFile, forOther: LocalFile) => boolean;
  /** What node gave for a module that it loads with `import()` only. */
  readonly awaited: ReadonlyMap<string, unknown>;
  /** Forgets files that have changed, and those that import them. */
  readonly refresh: () => void;
  /** Gives a file that is not on the disk. */
  readonly provide: (file: string, text: string) => void;
}

export interface LocalFilesParts {
  readonly ts: TypeScript;
  readonly options: typescript.CompilerOptions;
  readonly positions: Positions;
  readonly texts: FunctionTexts;
  /** Where packages are looked for that the importing file does not find. */
  readonly packageRoot: string;
  /** Modules that the kernel itself provides, by name. */
  readonly provided: ReadonlyMap<string, () => unknown>;
}

/** @param run runs the code of a module whose imports are there; gives its end, where it is not at once */
export function createLocalFiles(
  { ts, options, positions, texts, packageRoot, provided }: LocalFilesParts,
  run: (own: LocalFile, compiled: CompiledFile) => Promise<void> | undefined,
): LocalFiles {
  const loaded = new Map<string, LocalFile>();
  const given = new Map<string, string>();
  const awaited = new Map<string, unknown>();

  const resolve = (name: string, from: string, asked: Asked): string => {
    const local = path.resolve(path.dirname(from), name);
    const own = [local, `${local}.ts`].find((file) => given.has(file));
    return name.startsWith(".") && own !== undefined
      ? own
      : resolveImport(name, from, asked, packageRoot);
  };
  const isOurs = (file: string): boolean => isTypeScript(file) || given.has(file);
  const stateNow = (file: string): string => given.get(file) ?? stateOf(file);

  const forget = (module: LocalFile): void => {
    if (loaded.get(module.file) !== module) return;
    loaded.delete(module.file);
    for (const importer of module.importers) forget(importer);
  };
  const get = (file: string, importer?: LocalFile): LocalFile => {
    const known = loaded.get(file) ?? newFile(file, stateNow(file));
    loaded.set(file, known);
    if (importer !== undefined) known.importers.add(importer);
    return known;
  };
  const waits = (module: LocalFile, forOther: LocalFile): boolean => {
    for (let next: LocalFile | undefined = module; next !== undefined; next = next.waitsFor)
      if (next === forOther) return true;
    return false;
  };

  const evaluate = (own: LocalFile): Promise<void> | undefined => {
    if (own.done !== undefined) return own.done === true ? undefined : own.done;
    own.done = true;
    try {
      const text = given.get(own.file) ?? fs.readFileSync(own.file, "utf8");
      const compiled = compileFile(ts, own.file, text, options);
      positions.add(own.file, { text, back: compiled.back });
      texts.add(compiled.texts);
      const end = prepareAll(own, compiled, 0);
      if (end === undefined) return undefined;
      own.done = end.then(
        () => void (own.done = true),
        (error: unknown) => {
          forget(own);
          throw error;
        },
      );
      return own.done;
    } catch (error) {
      forget(own);
      throw error;
    }
  };

  /** Loads what a module imports, one after the other, and runs it. */
  const prepareAll = (
    own: LocalFile,
    compiled: CompiledFile,
    from: number,
  ): Promise<void> | undefined => {
    for (const [index, name] of compiled.imports.entries()) {
      if (index < from) continue;
      const pending = prepare(own, name);
      if (pending !== undefined) return pending.then(() => prepareAll(own, compiled, index + 1));
    }
    return run(own, compiled);
  };

  const prepare = (own: LocalFile, name: string): Promise<void> | undefined => {
    const target = provided.has(name) ? undefined : found(name, own.file);
    // What is not there is told by the module's own `require`, at the right place.
    if (target === undefined) return undefined;
    if (!isOurs(target)) return preload(target);
    const other = get(target, own);
    const pending = evaluate(other);
    if (pending === undefined || waits(other, own)) return undefined;
    own.waitsFor = other;
    return pending.finally(() => (own.waitsFor = undefined));
  };
  const found = (name: string, from: string): string | undefined => {
    try {
      return resolve(name, from, "import");
    } catch {
      return undefined;
    }
  };

  /** Loads what node takes with `import()` only, since it awaits something. */
  const preload = (target: string): Promise<void> | undefined => {
    if (isBuiltin(target) || awaited.has(target)) return undefined;
    try {
      createRequire(target)(target);
      return undefined;
    } catch (error) {
      if (!isAsyncModule(error)) return undefined;
      return import(pathToFileURL(target).href).then((module) => void awaited.set(target, module));
    }
  };

  return {
    resolve,
    isOurs,
    get,
    evaluate,
    waits,
    awaited,
    refresh: () => {
      for (const module of [...loaded.values()])
        if (stateNow(module.file) !== module.state) forget(module);
    },
    provide: (file, text) => void given.set(file, text),
  };
}

/** Whether node refuses a module to `require` since it awaits something. */
export const isAsyncModule = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException | undefined)?.code === "ERR_REQUIRE_ASYNC_MODULE";

function newFile(file: string, state: string): LocalFile {
  const module = new Module(file);
  module.filename = file;
  const { _nodeModulePaths: paths } = Module as unknown as {
    readonly _nodeModulePaths: (folder: string) => string[];
  };
  module.paths = paths(path.dirname(file));
  return { file, state, module, importers: new Set() };
}
