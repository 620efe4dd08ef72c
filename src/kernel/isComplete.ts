import { mistakesOf } from "./readCell";
import { parseModule } from "./rewrite";
import type { TypeScript } from "./typescript";

/** Mistakes that more lines mend, wherever they are found: an open comment, an open template. */
const opens: readonly number[] = [1010, 1160];
/** One that they do not mend, though it is found at the end: an open string. */
const openString = 1002;

/**
 * Tells whether a cell can be run as it is, goes on in the next line, or is wrong.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#code-completeness
 */
export function isComplete(ts: TypeScript, code: string): object {
  const [first] = mistakesOf(parseModule(ts, code));
  if (first === undefined) return { status: "complete" };
  // What the parser misses at the very end may still come.
  const isAtEnd = first.start >= code.trimEnd().length && first.code !== openString;
  if (!isAtEnd && !opens.includes(first.code)) return { status: "invalid" };
  return { status: "incomplete", indent: indentAfter(code) };
}

/** As far as the last line, and one step further behind an open bracket. */
function indentAfter(code: string): string {
  const last = code.trimEnd().split("\n").at(-1) ?? "";
  const indent = /^\s*/.exec(last)?.[0] ?? "";
  return /[{([]$/.test(last.trimEnd()) ? `${indent}  ` : indent;
}
