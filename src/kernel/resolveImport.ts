import * as fs from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as metaResolve from "import-meta-resolve";

/** Endings of TypeScript, which the kernel compiles itself. */
export const isTypeScript = (file: string): boolean => /\.[cm]?tsx?$/.test(file);

/** How a module is asked for: by `import` or by `require`. */
export type Asked = "import" | "require";

/**
 * Finds the file of a module as node does for `import` or `require`: the `exports` of packages for that kind, a package by its
 * own name, NODE_PATH. Local files may lack their ending or have that of the built file.
 * @param name what the code writes; a built-in module is given back as it is
 * @param file the file that asks
 * @param packageRoot where packages are looked for that the file does not find
 */
export function resolveImport(
  name: string,
  file: string,
  asked: Asked,
  packageRoot: string,
): string {
  if (isBuiltin(name) || name.startsWith("data:")) return name;
  if (name.startsWith("file:")) return findFile(fileURLToPath(name.replace(/[?#].*$/, "")), file);
  if (/^\.{0,2}[/\\]|^\.\.?$/.test(name) || path.isAbsolute(name))
    return findFile(path.resolve(path.dirname(file), name), file);
  const tries = [file, path.join(packageRoot, "notebook.js")].flatMap((from) => {
    const byRequire = (): string => createRequire(from).resolve(name);
    return asked === "require" ? [byRequire] : [() => importedFile(name, from), byRequire];
  });
  let first: unknown;
  for (const attempt of tries) {
    try {
      return attempt();
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

function importedFile(name: string, from: string): string {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an ES module, loaded when first needed
  const { resolve } = require("import-meta-resolve") as typeof metaResolve;
  return fileURLToPath(resolve(name, pathToFileURL(from).href));
}

/** The file that a path stands for. What the compiler takes for it comes first. */
function findFile(wanted: string, from: string): string {
  const source = wanted.replace(/\.([cm]?)js(x?)$/, ".$1ts$2");
  const candidates = [
    ...(isTypeScript(wanted) ? [wanted] : []),
    ...(source === wanted ? [] : [source, source.replace(/ts$/, "tsx")]),
    ...[".ts", ".tsx", ".mts", ".cts"].map((ending) => wanted + ending),
    ...(isFile(wanted) ? [] : [".ts", ".tsx"].map((ending) => path.join(wanted, `index${ending}`))),
  ];
  const found = candidates.find(isFile);
  if (found !== undefined) return fs.realpathSync(found);
  const exact = [wanted, ...[".mjs", ".cjs"].map((ending) => wanted + ending)].find(isFile);
  return exact === undefined ? createRequire(from).resolve(wanted) : fs.realpathSync(exact);
}

const isFile = (file: string): boolean =>
  fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true;

const types = new Map<string, boolean>();

/** Whether node takes a file for an ES module without looking into it. */
export function isEsModule(file: string): boolean {
  if (file.endsWith(".mjs")) return true;
  if (!file.endsWith(".js")) return false;
  const folder = path.dirname(file);
  const known = types.get(folder);
  if (known !== undefined) return known;
  const is = typeOf(folder) === "module";
  // A package does not change its kind; a folder of the user may.
  if (file.includes("node_modules")) types.set(folder, is);
  return is;
}

/** What the nearest package above says of its files. */
function typeOf(folder: string): unknown {
  for (let above = folder; ; above = path.dirname(above)) {
    try {
      const manifest: unknown = JSON.parse(
        fs.readFileSync(path.join(above, "package.json"), "utf8"),
      );
      return (manifest as { readonly type?: unknown }).type;
    } catch {
      if (above === path.dirname(above)) return undefined;
    }
  }
}
