import * as path from "node:path";

import type { Positions } from "./positions";
import type { CellError } from "./threads";
import { excerpt } from "./traces";
import { mistakesIn, type TypeMistake } from "./typeMistakes";

/** Mistakes shown; the first ones usually cause the others. */
const mistakesShown = 10;

/** Shows the mistakes that the type check found in a cell and the files it imports; undefined for another error. */
export function describeMistakes(
  error: unknown,
  cell: string,
  positions: Positions,
  folder: string,
): CellError | undefined {
  const found = mistakesIn(error);
  if (found === undefined) return undefined;
  const { mistakes, name, message } = found;
  const lines = mistakes
    .slice(0, mistakesShown)
    .flatMap((mistake) => describe(mistake, cell, positions, folder));
  const left = mistakes.length - mistakesShown;
  if (left > 0) lines.push("", `and ${left} more`);
  return { ename: name, evalue: message, traceback: [name, ...lines] };
}

function describe(
  { file, line, column, length, code, message }: TypeMistake,
  cell: string,
  positions: Positions,
  folder: string,
): string[] {
  const shown = file === undefined ? cell : shorten(path.relative(folder, file));
  const [, , ...lines] = excerpt({ file: shown, line, column }, positions, length);
  return [`${shown}:${line}:${column} - error TS${code}: ${message}`, ...lines];
}

function shorten(relative: string): string {
  const file = relative.split(path.sep).join("/");
  return file.startsWith("..") ? file : `./${file}`;
}
