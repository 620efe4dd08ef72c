import * as path from "node:path";
import { inspect } from "node:util";
import type { Place, Positions } from "./positions";
import type { CellError } from "./threads";

/** Lines shown above the line that failed. */
const linesBefore = 2;
/** Calls shown; the innermost say most. */
const framesShown = 20;
const causesShown = 5;

/** Shows errors as the author of a cell can use them. */
export interface Traces {
  /** What a cell fails with. */
  describe(error: unknown, cell: string): CellError;
  /** The same for what happens outside any running cell, as text. */
  describeLate(error: unknown, cell: string): string;
  /** Names the place of the innermost call that is not the kernel's, for a message. */
  where(sites: readonly NodeJS.CallSite[]): string;
}

/**
 * Makes every `error.stack` name cells and TypeScript lines, without the frames of the kernel itself.
 * @param machinery beginnings of file names whose frames are left out
 */
export function createTraces(positions: Positions, machinery: readonly string[]): Traces {
  const isMachinery = (file: string | null | undefined): boolean =>
    typeof file === "string" &&
    (/^node:(internal\/|vm$|async_hooks$)/.test(file) ||
      machinery.some((start) => file.startsWith(start)));

  /** Not of the kernel, which also puts a line of its own above each script. */
  const isWritten = (site: NodeJS.CallSite): boolean =>
    !isMachinery(site.getFileName()) &&
    !(site.getLineNumber() === null && positions.has(site.getFileName() ?? ""));

  const fromUser = (site: NodeJS.CallSite): boolean => {
    const file = site.getFileName();
    return typeof file === "string" && !isMachinery(file) && !file.startsWith("node:");
  };
  // Frames of the kernel take their share, and are left out only afterwards.
  Error.stackTraceLimit = 50;
  Error.prepareStackTrace = (error, sites) => {
    const outermost = sites.findLastIndex(fromUser);
    const shown =
      outermost < 0 ? sites : sites.slice(0, outermost + 1).filter((site) => isWritten(site));
    const frames = shown.map((site) => `\n    at ${describeSite(site, positions)}`);
    return `${headline(error)}${frames.join("")}`;
  };

  const excerpts = (stack: string, cell: string): string[] => {
    const places = stack.split("\n").flatMap((line) => placeIn(line) ?? []);
    const first = places.find(({ file }) => isAuthors(file));
    const inCell = places.find(({ file }) => file === cell);
    const shown = [first, inCell === first ? undefined : inCell];
    return shown.flatMap((place) => (place === undefined ? [] : excerpt(place, positions)));
  };

  const describe = (error: unknown, cell: string): CellError => {
    if (!isError(error)) {
      const value = textOf(() => error);
      return { ename: "Thrown", evalue: value, traceback: [`Thrown: ${value}`] };
    }
    const stack = stackOf(error);
    const [head, ...frames] = splitStack(stack, error);
    const ename = textOf(() => error.name);
    const isMistake = ename === "InputError";
    const traceback = [
      head ?? "",
      ...(isMistake ? [] : frames.slice(0, framesShown)),
      ...excerpts(isMistake ? cellLines(stack, cell) : stack, cell),
      ...causes(error),
    ];
    return { ename, evalue: withPlainNames(textOf(() => error.message)), traceback };
  };

  return {
    describe,
    describeLate: (error, cell) => `${describe(error, cell).traceback.join("\n")}\n`,
    where: (sites) => {
      const site = sites.find(fromUser);
      const script = site?.getFileName();
      if (typeof script !== "string") return "";
      const place = positions.locate(
        script,
        site?.getLineNumber() ?? 1,
        site?.getColumnNumber() ?? 1,
      );
      return ` at ${place.file}, line ${place.line}`;
    },
  };
}

/** Points at a place in its source. */
export function excerpt(place: Place, positions: Positions, length = 1): string[] {
  const lines = positions.lines(place.file);
  if (lines?.[place.line - 1] === undefined) return [];
  const from = Math.max(0, place.line - 1 - linesBefore);
  const width = String(place.line).length;
  const shown = lines.slice(from, place.line).map((text, index) => {
    const number = from + index + 1;
    const mark = number === place.line ? ">" : " ";
    return `  ${mark} ${String(number).padStart(width)} | ${text}`;
  });
  const indent = " ".repeat(width + 4);
  const before = (lines[place.line - 1] ?? "").slice(0, place.column - 1).replace(/[^\t]/g, " ");
  return [
    "",
    `${place.file}:${place.line}`,
    ...shown,
    `${indent} | ${before}${"^".repeat(Math.max(1, length))}`,
  ];
}

function describeSite(site: NodeJS.CallSite, positions: Positions): string {
  const text = (site as NodeJS.CallSite & { toString(): string }).toString();
  const script = site.getFileName();
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  if (script === null || script === undefined || line === null || column === null) return text;
  const place = positions.locate(script, line, column);
  return text.replace(
    `${script}:${line}:${column}`,
    () => `${place.file}:${place.line}:${place.column}`,
  );
}

function headline(error: unknown): string {
  try {
    return withPlainNames(Error.prototype.toString.call(error));
  } catch {
    // A name or a message that is no text.
    const { name, message } = partsOf(error);
    return `${name}: ${message}`;
  }
}

function partsOf(error: unknown): { name: string; message: string } {
  const said = error as { readonly name?: unknown; readonly message?: unknown };
  return { name: textOf(() => said.name), message: textOf(() => said.message) };
}

/** Something that an error says, as text, whatever it is and however it is had. */
function textOf(value: () => unknown): string {
  try {
    const said = value();
    return typeof said === "string" ? said : inspect(said);
  } catch {
    return "something that cannot be shown";
  }
}

/** The engine names what it could not call as the code that runs does: `(0 , $$f.$)` is `f`. */
function withPlainNames(message: string): string {
  if (!message.includes("$$")) return message;
  return message
    .replace(/\(0 , \$\$+([\p{ID_Continue}$]*?)\.\$\)/gu, "$1")
    .replace(/\$\$+([\p{ID_Start}_][\p{ID_Continue}$]*?)\.\$(?![\p{ID_Continue}$])/gu, "$1");
}

function isError(value: unknown): value is Error {
  try {
    return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
  } catch {
    return false;
  }
}

function stackOf(error: Error): string {
  try {
    if (typeof error.stack === "string") return error.stack;
  } catch {
    // Then it has none.
  }
  return headline(error);
}

/** The message, which may have several lines, then one entry for each call. */
function splitStack(stack: string, error: Error): string[] {
  const start = stack.search(/\n {4}at /);
  if (start < 0) return [headline(error)];
  // The message may have changed since the stack was taken.
  return [headline(error), ...stack.slice(start + 1).split("\n")];
}

function cellLines(stack: string, cell: string): string {
  return stack
    .split("\n")
    .filter((line) => placeIn(line)?.file === cell)
    .join("\n");
}

function causes(error: Error): string[] {
  const lines: string[] = [];
  let cause: unknown = causeOf(error);
  for (let depth = 0; cause !== undefined && depth < causesShown; depth += 1) {
    lines.push("", `Caused by: ${isError(cause) ? stackOf(cause) : textOf(() => cause)}`);
    cause = isError(cause) ? causeOf(cause) : undefined;
  }
  if (error instanceof AggregateError)
    for (const part of error.errors.slice(0, causesShown) as unknown[])
      lines.push("", `One of them: ${isError(part) ? stackOf(part) : textOf(() => part)}`);
  return lines;
}

function causeOf(error: Error): unknown {
  try {
    return error.cause;
  } catch {
    return undefined;
  }
}

/** The place that a line of a stack names. */
function placeIn(line: string): Place | undefined {
  const found = /^ {4}at (?:.*\()?(.+?):(\d+):(\d+)\)?$/.exec(line);
  const [, file, row, column] = found ?? [];
  if (file === undefined) return undefined;
  return { file: file.replace(/^async /, ""), line: Number(row), column: Number(column) };
}

/** Code that the author of the notebook can change: cells and files of the project. */
function isAuthors(file: string): boolean {
  return !file.startsWith("node:") && !file.includes("node_modules") && !path.isAbsolute(file);
}
