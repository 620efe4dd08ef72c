import * as fs from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import type { LineAndColumn, WayBack } from "./wayBack";

/** A place in source code. */
export interface Place {
  /** A cell's label, or a path: relative to the notebook's folder within the project. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** How the place in a running script leads back to what was written. */
export interface Origin {
  readonly text: string;
  /** Left out where nothing runs yet. */
  readonly back?: WayBack;
}

/** Finds for code that runs the code that was written. */
export interface Positions {
  /** Tells where the script of this name comes from. */
  add(script: string, origin: Origin): void;
  /** Whether a script of this name was added. */
  has(script: string): boolean;
  locate(script: string, line: number, column: number): Place;
  /** The lines of a place's file, if they can be had. */
  lines(file: string): readonly string[] | undefined;
}

/**
 * @param folder the notebook's folder
 * @param project folders under which paths are shown relative to the notebook, so that outputs name no machine's paths
 */
export function createPositions(folder: string, projects: readonly string[]): Positions {
  const origins = new Map<string, Origin>();
  const mapped = new Map<string, SourceMap | undefined>();

  const shown = (file: string): string => {
    const inside = projects.some((project) => file.startsWith(project + path.sep));
    if (!inside) return file;
    const relative = path.relative(folder, file).split(path.sep).join("/");
    return relative.startsWith("..") ? relative : `./${relative}`;
  };

  /** The map that a compiler wrote beside a file of the project. */
  const mapBeside = (file: string): SourceMap | undefined => {
    if (mapped.has(file)) return mapped.get(file);
    let map: SourceMap | undefined;
    if (file.endsWith(".js") && !file.includes("node_modules") && fs.existsSync(`${file}.map`))
      map = new SourceMap(JSON.parse(fs.readFileSync(`${file}.map`, "utf8")) as SourceMapPayload);
    mapped.set(file, map);
    return map;
  };

  return {
    add: (script, origin) => void origins.set(script, origin),
    has: (script) => origins.has(script),
    locate: (script, line, column) => {
      const origin = origins.get(script);
      if (origin !== undefined) {
        const here: LineAndColumn = [line - 1, column - 1];
        const [row, offset] = origin.back?.(here) ?? here;
        return { file: shown(script), line: row + 1, column: offset + 1 };
      }
      const file = script.startsWith("file:") ? fileURLToPath(script) : script;
      const map = path.isAbsolute(file) ? mapBeside(file) : undefined;
      if (map === undefined) return { file: shown(file), line, column };
      const entry = map.findEntry(line - 1, column - 1);
      if (!("originalSource" in entry)) return { file: shown(file), line, column };
      return {
        file: shown(path.resolve(path.dirname(file), entry.originalSource)),
        line: entry.originalLine + 1,
        column: entry.originalColumn + 1,
      };
    },
    lines: (file) => {
      const known = origins.get(file) ?? origins.get(path.resolve(folder, file));
      if (known !== undefined) return known.text.split("\n");
      try {
        return fs.readFileSync(path.resolve(folder, file), "utf8").split("\n");
      } catch {
        return undefined;
      }
    },
  };
}
