import { SourceMap, type SourceMapPayload } from "node:module";
import type { Edited } from "./edits";
import { lastAtMost } from "./lastAtMost";

/** A place in a text, both numbers from 0. */
export type LineAndColumn = readonly [line: number, column: number];

/** Finds for a place in code that runs the place in what was written. */
export type WayBack = (place: LineAndColumn) => LineAndColumn;

/**
 * The way from rewritten JavaScript through the compiler's own to its source.
 * @param compiled the JavaScript before it was rewritten
 * @param map from there to the source, in JSON
 */
export function wayBack(compiled: string, rewritten: Edited, map: string): WayBack {
  let ready: { now: readonly number[]; then: readonly number[]; map: SourceMap } | undefined;
  return ([line, column]) => {
    // Most code never fails, so this waits for the first trace.
    ready ??= {
      now: lineStarts(rewritten.code),
      then: lineStarts(compiled),
      map: new SourceMap(JSON.parse(map) as SourceMapPayload),
    };
    const offset = rewritten.source((ready.now[line] ?? rewritten.code.length) + column);
    const row = lastAtMost(ready.then, offset);
    const entry = ready.map.findEntry(row, offset - (ready.then[row] ?? 0));
    return "originalLine" in entry ? [entry.originalLine, entry.originalColumn] : [line, column];
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
