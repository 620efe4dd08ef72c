import { createRequire, isBuiltin } from "node:module";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import type { AwaitGate } from "./cells";
import type { CompiledFile } from "./compileFile";
import { type LoadedModule, loadedModule } from "./loadedModule";
import {
  createLocalFiles,
  isAsyncModule,
  type LocalFile,
  type LocalFilesParts,
} from "./localFiles";
import { isEsModule } from "./resolveImport";
import { compileScript } from "./script";
import { stateOf } from "./typeSources";

/** Loads what cells import: local TypeScript by itself, all else through node. */
export interface LocalModules {
  /** Loads a module as `import` does. */
  readonly load: (name: string, from: string) => Promise<LoadedModule>;
  /** A `require` for code in this file. */
  readonly requireFrom: (file: string) => NodeJS.Require;
  /** What the code of a file has of the kernel. */
  readonly helperOf: (file: string) => ModuleHelper;
  /** Gives a file that is not on the disk. */
  readonly provide: (file: string, text: string) => void;
}

/** What rewritten code calls. */
export interface ModuleHelper extends AwaitGate {
  readonly import: (name: unknown) => Promise<unknown>;
  readonly meta: object;
}

export interface LocalModulesParts extends LocalFilesParts {
  readonly gate: AwaitGate;
}

export function createLocalModules(parts: LocalModulesParts): LocalModules {
  const { gate, provided } = parts;
  const run = (own: LocalFile, compiled: CompiledFile): Promise<void> | undefined => {
    const names = ["exports", "require", "module", "__filename", "__dirname", compiled.prefix];
    const body = compileScript({
      head: `(${compiled.awaits ? "async " : ""}function (${names.join(", ")}) {`,
      code: compiled.code,
      tail: "})",
      file: own.file,
    }) as (...values: unknown[]) => Promise<void> | undefined;
    const required = requireFrom(own.file, own, new Set(compiled.imports));
    const { file, module } = own;
    return body(module.exports, required, module, file, path.dirname(file), helperOf(file));
  };
  const files = createLocalFiles(parts, run);

  /** @param imports what the file imports, and does not require */
  const requireFrom = (
    file: string,
    own?: LocalFile,
    imports: ReadonlySet<string> = new Set(),
  ): NodeJS.Require => {
    const base = createRequire(file);
    const requireHere = (name: string): unknown => {
      const kernels = provided.get(name);
      if (kernels !== undefined) return kernels();
      const target = files.resolve(name, file, imports.has(name) ? "import" : "require");
      if (files.isOurs(target)) return requireLocal(name, target, own);
      if (files.awaited.has(target)) return loadedModule(files.awaited.get(target)).required;
      return requireFile(base, target);
    };
    const resolve = (name: string, settings?: { paths?: string[] }): string =>
      settings === undefined ? files.resolve(name, file, "require") : base.resolve(name, settings);
    return Object.assign(requireHere, base, {
      resolve: Object.assign(resolve, base.resolve),
    }) as NodeJS.Require;
  };

  const requireLocal = (name: string, target: string, own?: LocalFile): unknown => {
    if (own === undefined) files.refresh();
    const other = files.get(target, own);
    const pending = files.evaluate(other);
    // In a circle each has what the other has so far.
    if (pending !== undefined && !(own !== undefined && files.waits(other, own)))
      throw new Error(`"${name}" awaits something before it is there. Load it with import.`);
    return other.module.exports;
  };

  const states = new Map<string, string>();
  const requireFile = (base: NodeJS.Require, target: string): unknown => {
    // Files beside a notebook change while one works on it.
    if (!isBuiltin(target) && !target.includes("node_modules")) {
      const state = stateOf(target);
      if (states.get(target) !== state) Reflect.deleteProperty(base.cache, target);
      states.set(target, state);
    }
    return base(target);
  };

  const load = async (name: string, from: string): Promise<LoadedModule> => {
    files.refresh();
    const kernels = provided.get(name);
    if (kernels !== undefined) return loadedModule(kernels());
    const target = files.resolve(name, from, "import");
    if (target.startsWith("data:")) return loadedModule(await import(target));
    if (files.isOurs(target)) {
      const own = files.get(target);
      await files.evaluate(own);
      return loadedModule(own.module.exports);
    }
    const url = (): string => pathToFileURL(target).href;
    if (isEsModule(target)) return loadedModule(await import(url()));
    try {
      return loadedModule(requireFile(createRequire(from), target));
    } catch (error) {
      if (!isAsyncModule(error)) throw error;
      return loadedModule(await import(url()));
    }
  };

  const helperOf = (file: string): ModuleHelper => ({
    enter: gate.enter,
    leave: gate.leave,
    import: async (name) => (await load(String(name), file)).namespace,
    meta: Object.freeze({
      url: pathToFileURL(file).href,
      filename: file,
      dirname: path.dirname(file),
      resolve: (name: string) => {
        const target = files.resolve(name, file, "import");
        return path.isAbsolute(target) ? pathToFileURL(target).href : target;
      },
    }),
  });

  return { load, requireFrom, helperOf, provide: files.provide };
}
