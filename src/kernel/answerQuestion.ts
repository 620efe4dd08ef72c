import type { Compiler } from "./compiler";
import { completeCode } from "./completeCode";
import { inspectCode } from "./inspectCode";
import { isComplete } from "./isComplete";
import type { Order } from "./threads";

/** Answers what an editor asks about a cell that is being written; a cell half written must not break anything. */
export function answerQuestion(
  compiler: Compiler,
  { question, code, position }: Extract<Order, { type: "ask" }>,
): object {
  try {
    switch (question) {
      case "complete":
        return completeCode(compiler, code, position);
      case "inspect":
        return inspectCode(compiler, code, position);
      case "is_complete":
        return isComplete(compiler.ts, code);
    }
  } catch (error) {
    const evalue = error instanceof Error ? error.message : String(error);
    const place = { cursor_start: position, cursor_end: position };
    if (question === "complete") return { status: "ok", matches: [], ...place, metadata: {} };
    return { status: "error", ename: "Error", evalue, traceback: [evalue] };
  }
}
