import type * as typescript from "typescript";
import type { Edits } from "./edits";
import { isLocalName, isWithinClass } from "./localNames";
import type { RewriteOptions } from "./rewrite";
import type { TypeScript } from "./typescript";

/** What is known while code is rewritten. */
export interface Rewriter {
  readonly ts: TypeScript;
  readonly file: typescript.SourceFile;
  readonly options: RewriteOptions;
  readonly edits: Edits;
  readonly functions: string[];
  readonly hoisted: Set<string>;
  readonly free: Set<string>;
  awaits: boolean;
  /** The expression whose value is the cell's. */
  readonly result: typescript.Expression | undefined;
  /** The text that stands for a name, or nothing for a name that stays as it is. */
  boxed(identifier: typescript.Identifier): string | undefined;
  /** The object that holds the value of a name. */
  box(name: string): string;
}

/** What no cell can declare. */
const untouchable = new Set(["undefined", "NaN", "Infinity", "globalThis", "eval"]);

export function createRewriter(
  ts: TypeScript,
  file: typescript.SourceFile,
  edits: Edits,
  options: RewriteOptions,
  declared: readonly string[],
): Rewriter {
  const own = new Set(declared);
  const free = new Set<string>();
  const { cell, prefix } = options;
  const last = file.statements.at(-1);
  const box = (name: string): string => `${prefix}${name}`;

  /** `typeof` may ask for a name that is nowhere. */
  const isOnlyAskedFor = ({ parent, text }: typescript.Identifier): boolean =>
    ts.isTypeOfExpression(parent) && cell?.known(text) === false && !(text in globalThis);

  return {
    ts,
    file,
    options,
    edits,
    functions: [],
    hoisted: new Set(),
    free,
    awaits: false,
    result:
      cell !== undefined && last !== undefined && ts.isExpressionStatement(last)
        ? last.expression
        : undefined,
    box,
    boxed: (identifier) => {
      const name = identifier.text;
      if (cell === undefined || untouchable.has(name)) return undefined;
      if (isLocalName(ts, identifier) || isWithinClass(ts, identifier)) return undefined;
      if (!own.has(name)) {
        if (isOnlyAskedFor(identifier)) return undefined;
        free.add(name);
      }
      return `${box(name)}.$`;
    },
  };
}
