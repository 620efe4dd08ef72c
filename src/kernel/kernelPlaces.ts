import * as os from "node:os";
import * as path from "node:path";
import { InputError } from "./inputError";
import { prefixOf, pythonPrefixes } from "./pythonPrefixes";

/** Where a kernel is installed: at most one of the three. Without any it is the user's own folder. */
export interface KernelPlace {
  /** Root of an environment, for example that of a virtual environment. */
  readonly prefix?: string;
  /** A Python whose environment is meant; with `true` the `python3` on the path. */
  readonly sysPrefix?: string | true;
  /** The user's own folder. */
  readonly user?: boolean;
}

/**
 * The folder that holds the kernels of a place, one folder each.
 * @throws InputError if more than one place is named, or the Python does not answer
 * @see https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs
 */
export function kernelsFolder(place: KernelPlace = {}): string {
  const { prefix, sysPrefix, user } = place;
  const named = [prefix !== undefined, sysPrefix !== undefined, user === true];
  if (named.filter(Boolean).length > 1)
    throw new InputError({
      got: "more than one of prefix, sysPrefix and user",
      expected: "one place for the kernel",
      todo: "Name only one of them.",
    });
  const root = sysPrefix === undefined ? prefix : checkedPrefix(sysPrefix);
  if (root === "")
    throw new InputError({
      got: "an empty prefix",
      expected: "the root folder of an environment",
      todo: "Give a folder, for example that of a virtual environment.",
    });
  return root === undefined
    ? path.join(userDataFolder(), "kernels")
    : path.join(path.resolve(root), "share", "jupyter", "kernels");
}

/** Folders that Jupyter looks into for kernels, nearest first; `place` adds one more at the front. */
export function kernelsFolders(place?: KernelPlace): string[] {
  const { env } = process;
  const data = [
    ...(env["JUPYTER_PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== ""),
    userDataFolder(),
    ...[env["VIRTUAL_ENV"], env["CONDA_PREFIX"], ...pythonPrefixes(), "/usr/local", "/usr"]
      .filter((prefix): prefix is string => prefix !== undefined && prefix !== "")
      .map((prefix) => path.join(prefix, "share", "jupyter")),
  ].map((folder) => path.join(folder, "kernels"));
  return [...new Set(place === undefined ? data : [kernelsFolder(place), ...data])];
}

/** Jupyter's data folder of this user. */
function userDataFolder(): string {
  const { env, platform } = process;
  const home = os.homedir();
  if (env["JUPYTER_DATA_DIR"]) return path.resolve(env["JUPYTER_DATA_DIR"]);
  if (platform === "darwin") return path.join(home, "Library", "Jupyter");
  if (platform === "win32")
    return path.join(env["APPDATA"] ?? path.join(home, "AppData", "Roaming"), "jupyter");
  return path.join(env["XDG_DATA_HOME"] ?? path.join(home, ".local", "share"), "jupyter");
}

function checkedPrefix(python: string | true): string {
  const program = python === true ? "python3" : python;
  const prefix = prefixOf(program);
  if (prefix !== undefined) return prefix;
  throw new InputError({
    got: `the Python "${program}", which does not run`,
    expected: "a Python program of the environment that JupyterLab runs in",
    todo: "Give its path, for example .venv/bin/python, or use the prefix of the environment.",
  });
}
