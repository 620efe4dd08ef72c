import { codePointOffset, utf16Offset } from "./codePoints";
import type { Order, Question } from "./threads";
import type { Request } from "./wire";

/** What editors ask about code that is being written; only the main thread knows. */
export interface Questions {
  /** Passes a question on; `answered` gets the content of the reply. */
  ask(question: Question, request: Request, answered: (content: object) => void): void;
  /** Takes the main thread's answer. */
  answer(id: number, content: object): void;
}

export function createQuestions(post: (order: Order) => void): Questions {
  const open = new Map<number, (content: object) => void>();
  let asked = 0;
  return {
    ask: (question, { content }, answered) => {
      const code = typeof content["code"] === "string" ? content["code"] : "";
      const position = content["cursor_pos"];
      asked += 1;
      open.set(asked, (answer) =>
        answered(question === "complete" ? inCodePoints(answer as Completions, code) : answer),
      );
      post({
        type: "ask",
        id: asked,
        question,
        code,
        position: utf16Offset(code, typeof position === "number" ? position : Infinity),
      });
    },
    answer: (id, content) => {
      open.get(id)?.(content);
      open.delete(id);
    },
  };
}

interface Completions {
  readonly cursor_start: number;
  readonly cursor_end: number;
  readonly metadata: { readonly _jupyter_types_experimental?: readonly object[] };
}

function inCodePoints(completions: Completions, code: string): object {
  const start = codePointOffset(code, completions.cursor_start);
  const end = codePointOffset(code, completions.cursor_end);
  const { _jupyter_types_experimental: types = [] } = completions.metadata;
  return {
    ...completions,
    cursor_start: start,
    cursor_end: end,
    metadata: { _jupyter_types_experimental: types.map((type) => ({ ...type, start, end })) },
  };
}
