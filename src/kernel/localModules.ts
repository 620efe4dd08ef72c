import Module, { createRequire } from "node:module";
import * as path from "node:path";
import * as vm from "node:vm";
import type { AwaitGate } from "./cells";
import type { CompiledModule } from "./compiler";
import type { Positions } from "./positions";
import { gateName } from "./transpile";

/** What compiled code is a function of. */
type Body = (
  exports: unknown,
  require: NodeJS.Require,
  module: unknown,
  filename: string,
  dirname: string,
  gate: AwaitGate,
) => unknown;

/** The local TypeScript files of a notebook, as modules. */
export interface LocalModules {
  /** Takes a new or changed file; what was loaded from the old one, and whatever imports it, is loaded anew. */
  readonly put: (module: CompiledModule) => void;
  /** A `require` for code in this file. */
  requireFrom(file: string): NodeJS.Require;
}

export interface LocalModulesParts {
  readonly gate: AwaitGate;
  readonly positions: Positions;
  /** Where packages are looked for that the importing file does not find. */
  readonly packageRoot: string;
  /** Modules that the kernel itself provides, by name. */
  readonly provided: ReadonlyMap<string, () => unknown>;
}

const extensions = ["", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

export function createLocalModules(parts: LocalModulesParts): LocalModules {
  const compiled = new Map<string, CompiledModule>();
  const loaded = new Map<string, Module>();
  const importers = new Map<string, Set<string>>();
  const requireOfPackage = createRequire(path.join(parts.packageRoot, "notebook.js"));

  const forget = (file: string): void => {
    if (!loaded.delete(file)) return;
    for (const importer of importers.get(file) ?? []) forget(importer);
  };

  /** The local file that a path without extension, or with that of the built file, stands for. */
  const findLocal = (wanted: string): string | undefined => {
    const source = wanted.replace(/\.([cm]?)js(x?)$/, ".$1ts$2");
    return [...extensions.map((extension) => wanted + extension), source]
      .concat(extensions.map((extension) => path.join(wanted, `index${extension}`)))
      .find((file) => compiled.has(file));
  };

  const load = (file: string, module: CompiledModule): unknown => {
    const known = loaded.get(file);
    if (known !== undefined) return known.exports;
    const made = new Module(file);
    made.filename = file;
    made.paths = (
      Module as unknown as { _nodeModulePaths(folder: string): string[] }
    )._nodeModulePaths(path.dirname(file));
    loaded.set(file, made);
    parts.positions.add(file, { text: module.source, maps: module.maps, linesAbove: 0 });
    try {
      const body = compileBody(module.code, file, false);
      const requireHere = requireFrom(file);
      body(made.exports, requireHere, made, file, path.dirname(file), parts.gate);
      made.loaded = true;
    } catch (error) {
      loaded.delete(file);
      throw error;
    }
    return made.exports;
  };

  const requireFrom = (file: string): NodeJS.Require => {
    const base = createRequire(file);
    const resolve = (name: string): string => {
      try {
        return base.resolve(name);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
        try {
          return requireOfPackage.resolve(name);
        } catch {
          throw error;
        }
      }
    };
    const requireHere = (name: string): unknown => {
      const provided = parts.provided.get(name);
      if (provided !== undefined) return provided();
      const isPath = /^\.{0,2}[/\\]|^\.\.?$/.test(name) || path.isAbsolute(name);
      const local = isPath ? findLocal(path.resolve(path.dirname(file), name)) : undefined;
      const target = local ?? resolve(name);
      const module = compiled.get(target);
      if (module === undefined) {
        // Data beside a notebook changes while one works on it.
        if (isPath && target.endsWith(".json")) delete base.cache[target];
        return base(target);
      }
      importers.set(target, (importers.get(target) ?? new Set()).add(file));
      return load(target, module);
    };
    return Object.assign(requireHere, base, { resolve: base.resolve }) as NodeJS.Require;
  };

  return {
    put: (module) => {
      compiled.set(module.file, module);
      forget(module.file);
    },
    requireFrom,
  };
}

/**
 * Makes a function of compiled code.
 * @param file name of the script in stack traces
 */
export function compileBody(code: string, file: string, isAsync: boolean): Body {
  const parameters = `exports, require, module, __filename, __dirname, ${gateName}`;
  const script = new vm.Script(
    `(${isAsync ? "async " : ""}function (${parameters}) {\n${code}\n})`,
    {
      filename: file,
      lineOffset: -1,
    },
  );
  return script.runInThisContext() as Body;
}
