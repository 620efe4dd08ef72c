import type * as typescript from "typescript";
import type { Compiler } from "./compiler";
import { isHidden } from "./hide";

/** What JupyterLab calls the kinds of names. */
const kinds: Readonly<Record<string, string>> = {
  var: "variable",
  let: "variable",
  const: "constant",
  "local var": "variable",
  parameter: "variable",
  "local function": "function",
  method: "function",
  getter: "property",
  setter: "property",
  alias: "module",
  script: "path",
  directory: "path",
};

/** Names that could stand at a place in a cell, as the content of a `complete_reply`; places are UTF-16 units. */
export function completeCode(compiler: Compiler, code: string, position: number): object {
  const { service, file } = compiler.draft(code);
  const options = { includeExternalModuleExports: false, includeInsertTextCompletions: false };
  const found = service.getCompletionsAtPosition(file, position, options);
  const start = found?.optionalReplacementSpan?.start ?? wordStart(code, position);
  const written = code.slice(start, position);
  const entries = (found?.entries ?? [])
    .filter(({ name }) => fits(name, written) && !isHidden(name))
    .sort(byUse);
  const end = Math.max(position, endOf(found) ?? position);
  return {
    status: "ok",
    matches: entries.map(({ name }) => name),
    cursor_start: start,
    cursor_end: end,
    metadata: {
      _jupyter_types_experimental: entries.map(({ name, kind }) => ({
        text: name,
        type: kinds[kind] ?? kind,
      })),
    },
  };
}

const fits = (name: string, written: string): boolean =>
  name.toLowerCase().startsWith(written.toLowerCase());

function byUse(a: typescript.CompletionEntry, b: typescript.CompletionEntry): number {
  return a.sortText < b.sortText ? -1 : a.sortText > b.sortText ? 1 : a.name < b.name ? -1 : 1;
}

function endOf(found: typescript.CompletionInfo | undefined): number | undefined {
  const span = found?.optionalReplacementSpan;
  return span === undefined ? undefined : span.start + span.length;
}

function wordStart(code: string, position: number): number {
  const word = /[\p{ID_Continue}$]*$/u.exec(code.slice(0, position))?.[0] ?? "";
  return position - word.length;
}
