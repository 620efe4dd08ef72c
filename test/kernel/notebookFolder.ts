import * as fs from "node:fs";
import * as path from "node:path";
import { root } from "./jupyterClient";

/** A folder for notebooks within the project, two levels deep, as a user would make one. */
export interface NotebookFolder {
  readonly path: string;
  /** Writes a file; the name is relative to the folder. */
  write(name: string, text: string): void;
  remove(): void;
}

/** Makes it below the folder for caches, which git does not see. */
export function makeNotebookFolder(name: string): NotebookFolder {
  const top = path.join(root, ".cache", `kernel-${name}-${process.pid}`);
  const folder = path.join(top, "deep");
  fs.mkdirSync(folder, { recursive: true });
  return {
    path: folder,
    write: (file, text) => fs.writeFileSync(path.join(folder, file), text),
    remove: () => fs.rmSync(top, { recursive: true, force: true }),
  };
}
