import type { CellDesk } from "./cellDesk";
import type { Speaker } from "./speaker";
import type { News, Order } from "./threads";
import type { Request } from "./wire";

/** Puts questions of cells to their clients. */
export interface InputDesk {
  ask(question: Extract<News, { type: "question" }>): void;
  /** Takes a client's answer. */
  readonly answer: (request: Request) => void;
  /** Questions of a cell that has ended are no longer of interest. */
  forget(cell: number): void;
}

export function createInputDesk(
  speaker: Speaker,
  cells: CellDesk,
  post: (order: Order) => void,
): InputDesk {
  let open: { readonly question: number; readonly cell: number }[] = [];
  return {
    ask: ({ question, cell, prompt, password }) => {
      const request = cells.requestOf(cell);
      if (request?.content["allow_stdin"] !== true) {
        post({ type: "told", question });
        return;
      }
      open.push({ question, cell });
      speaker.question(request, { prompt, password });
    },
    answer: ({ header, content }) => {
      const first = header.msg_type === "input_reply" ? open.shift() : undefined;
      if (first === undefined) return;
      const { value } = content;
      post({
        type: "told",
        question: first.question,
        value: typeof value === "string" ? value : "",
      });
    },
    forget: (cell) => {
      open = open.filter((question) => question.cell !== cell);
    },
  };
}
