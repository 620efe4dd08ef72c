import * as vm from "node:vm";

/** Code and what stands around it, which takes no line of its own. */
export interface ScriptParts {
  readonly head: string;
  readonly code: string;
  readonly tail: string;
  /** Name of the script in stack traces. */
  readonly file: string;
}

/** Evaluates code so that its lines keep their numbers. */
export function compileScript({ head, code, tail, file }: ScriptParts): unknown {
  const script = new vm.Script(`${head}\n${code}\n${tail}`, { filename: file, lineOffset: -1 });
  return script.runInThisContext();
}
