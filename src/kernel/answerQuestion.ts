import type { Compiler } from "./compiler";
import type { Order } from "./threads";

/** Answers what an editor asks about a cell that is being written; a cell half written must not break anything. */
export function answerQuestion(
  compiler: Compiler,
  { question, code, position }: Extract<Order, { type: "ask" }>,
  declarations: string,
): object {
  try {
    switch (question) {
      case "complete":
        return compiler.complete(code, position, declarations);
      case "inspect":
        return compiler.inspect(code, position, declarations);
      case "is_complete":
        return compiler.isComplete(code);
    }
  } catch (error) {
    const evalue = error instanceof Error ? error.message : String(error);
    if (question === "complete")
      return {
        status: "ok",
        matches: [],
        cursor_start: position,
        cursor_end: position,
        metadata: {},
      };
    return { status: "error", ename: "Error", evalue, traceback: [evalue] };
  }
}
