import { type Cells, currentCell } from "./cells";
import type { News } from "./threads";

/** Questions of cells to the person in front of the notebook. */
export interface ClientQuestions {
  /** Asks for a line; a password is not shown. Rejects where nobody can be asked. */
  readonly ask: (prompt: string, options?: { readonly password?: boolean }) => Promise<string>;
  /** Takes an answer; none if the client takes no questions. */
  told(question: number, value: string | undefined): void;
}

export function createClientQuestions(cells: Cells, post: (news: News) => void): ClientQuestions {
  const open = new Map<number, (value: string | undefined) => void>();
  let asked = 0;
  /** A client shows one question at a time. */
  let before: Promise<unknown> = Promise.resolve();

  const put = (cell: number, prompt: string, password: boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      asked += 1;
      const question = asked;
      open.set(question, (value) => {
        if (value === undefined) reject(noAnswer());
        else resolve(value);
      });
      post({ type: "question", question, cell, prompt, password });
    });

  return {
    ask: (prompt, { password = false } = {}) => {
      const cell = currentCell(cells);
      if (cell === undefined) return Promise.reject(noAnswer());
      const turn = before.then(() => put(cell.id, prompt, password));
      before = turn.catch(() => undefined);
      return turn;
    },
    told: (question, value) => {
      open.get(question)?.(value);
      open.delete(question);
    },
  };
}

function noAnswer(): Error {
  const error = new Error(
    "This cell reads standard input, and its client takes no questions. Give the value in the code.",
  );
  error.name = "NotSupported";
  error.stack = `${error.name}: ${error.message}`;
  return error;
}
