import type { CompiledCell } from "./compiler";
import { cellScript } from "./cellScript";
import type { LocalModules, ModuleHelper } from "./localModules";
import type { Scope } from "./scope";
import { compileScript } from "./script";

/** What a cell's script is a function of. */
interface CellHelper extends ModuleHelper {
  readonly binding: Scope["binding"];
  readonly global: Scope["global"];
  /** The value of the last expression. */
  result: unknown;
}

/** A cell that is compiled, and what it takes to run it. */
export interface ReadyCell {
  /** Runs the cell; gives the value of its last expression. */
  run(): Promise<unknown>;
  /** Names that it declares and that have no value of it yet. */
  unreached(): ReadonlySet<string>;
}

/**
 * Evaluates the script of a cell, which does not run it yet.
 * @param file where the cell's imports are looked for from
 */
export function prepareCell(
  cell: CompiledCell,
  label: string,
  file: string,
  scope: Scope,
  modules: LocalModules,
): ReadyCell {
  const helper: CellHelper = {
    ...modules.helperOf(file),
    binding: scope.binding,
    global: scope.global,
    result: undefined,
  };
  const make = compileScript(cellScript(cell, label)) as (
    helper: CellHelper,
  ) => () => Promise<void>;
  const reached = new Set<string>();
  const noteReached = (): void => {
    for (const name of scope.takeReached()) reached.add(name);
  };
  scope.takeReached();
  const start = (): Promise<void> => {
    const body = make(helper);
    cell.code.hoisted.forEach(scope.hoist);
    return body();
  };
  return {
    run: async () => {
      if (cell.imports.length > 0) await link(cell, file, scope, modules);
      for (const { local, imported } of cell.aliases)
        scope.link(local, () => scope.binding(imported).$);
      await start();
      return helper.result;
    },
    unreached: () => {
      noteReached();
      return new Set(cell.names.filter((name) => !reached.has(name)));
    },
  };
}

/** Loads what a cell imports, in its order, and lets the names stand for what the modules export at any time. */
async function link(
  cell: CompiledCell,
  file: string,
  scope: Scope,
  modules: LocalModules,
): Promise<void> {
  for (const { specifier, names, all, required } of cell.imports) {
    if (required) {
      const value: unknown = modules.requireFrom(file)(specifier);
      for (const { local } of names) scope.link(local, () => value);
      continue;
    }
    const module = await modules.load(specifier, file);
    for (const { local, imported } of names)
      scope.link(local, imported === "*" ? () => module.namespace : () => module.get(imported));
    if (!all) continue;
    for (const name of module.names())
      if (!cell.names.includes(name)) scope.link(name, () => module.get(name));
  }
}
