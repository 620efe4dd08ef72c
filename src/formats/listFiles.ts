import * as fs from "node:fs";
import * as path from "node:path";
import { explainFileError } from "../core";
import { unsuitable } from "./damaged";

/** What lies below a folder: paths with "/", sorted. */
export interface ListedFiles {
  readonly files: readonly string[];
  /** Links to what is not there, as a set has them whose content was not fetched. */
  readonly dangling: readonly string[];
}

/**
 * Lists the files below a folder, without hidden ones and what macOS puts into archives. Links are followed, but a folder is
 * listed once, under its own name where it lies below the folder too.
 * @throws InputError if there is no such folder, or one below it cannot be read
 */
export function listFiles(root: string): ListedFiles {
  const files: string[] = [];
  const dangling: string[] = [];
  const visited = new Set<string>();
  // What lies here comes under its own name, so links wait until all of it is listed.
  const links: string[] = [];
  const walk = (folder: string): void => {
    const here = path.join(root, folder);
    const real = fs.realpathSync(here);
    if (visited.has(real)) return;
    visited.add(real);
    for (const entry of fs.readdirSync(here, { withFileTypes: true })) {
      if (isHidden(entry.name)) continue;
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isSymbolicLink()) links.push(name);
      else if (entry.isDirectory()) walk(name);
      else if (entry.isFile()) files.push(name);
    }
  };
  const follow = (name: string): void => {
    const kind = statOrNothing(path.join(root, name));
    if (kind === undefined) dangling.push(name);
    else if (kind.isDirectory()) walk(name);
    else if (kind.isFile()) files.push(name);
  };
  try {
    if (!fs.statSync(root).isDirectory()) {
      throw unsuitable(
        root,
        "which is a file",
        "a folder of images",
        "Name the folder; an archive is read as a zip.",
      );
    }
    walk("");
    while (links.length > 0) for (const name of links.splice(0).sort(byBytes)) follow(name);
  } catch (error) {
    throw explainFileError(error, root, "read");
  }
  return { files: files.sort(byBytes), dangling: dangling.sort(byBytes) };
}

/** What a link leads to; undefined for nothing, and for one that leads to itself. */
function statOrNothing(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ELOOP" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Whether image folders and commands pass over a file or folder of this name. */
export function isHidden(name: string): boolean {
  return name.startsWith(".") || name === "__MACOSX";
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
