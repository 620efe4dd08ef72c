import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/** Roots of the environments whose Jupyter is at hand: of the Pythons on the path, and of the one that runs `jupyter`. */
export function pythonPrefixes(): string[] {
  const pythons = new Set(["python3", "python", ...pythonOfJupyter()]);
  return [...new Set([...pythons].flatMap((python) => prefixOf(python) ?? []))];
}

/** The root of a Python's environment; undefined if there is no such Python. */
export function prefixOf(python: string): string | undefined {
  try {
    return execFileSync(python, ["-c", "import sys; print(sys.prefix)"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 30_000,
    }).trim();
  } catch {
    return undefined;
  }
}

/** The first line of an installed program of Python names its Python. */
function pythonOfJupyter(): string[] {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  for (const folder of folders) {
    try {
      const program = fs.readFileSync(path.join(folder, "jupyter"), "utf8");
      const python = /^#!(\S+)\s*$/m.exec(program.split("\n", 1)[0] ?? "")?.[1];
      return python === undefined ? [] : [python];
    } catch {
      // Not in this folder.
    }
  }
  return [];
}
