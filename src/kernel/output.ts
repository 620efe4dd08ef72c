import { type Bundle, encodeBundle } from "./bundle";
import { type Cell, cellForOutput, type Cells } from "./cells";
import { type News, slot } from "./threads";

/** Characters that may wait to be sent before the cell has to wait. */
const backlogLimit = 4_000_000;
/** Milliseconds of one such wait. */
const waitMilliseconds = 50;

/** Where the output of cells goes. */
export interface Output {
  /** Sends text as if the cell had printed it. */
  write(name: "stdout" | "stderr", cell: Cell, text: string): void;
  /** Sends an output in several forms, or replaces the one with the same id. */
  readonly display: (bundle: Bundle, options?: { displayId?: string; update?: boolean }) => void;
  /** Clears what the cell has shown; with `wait` only when something new is shown. */
  readonly clear: (wait: boolean) => void;
  /** Sends the value of a cell's last expression. */
  result(cell: Cell, executionCount: number, bundle: Bundle): void;
}

export function createOutput(cells: Cells, post: (news: News) => void, shared: Int32Array): Output {
  return {
    write: (name, cell, text) => {
      if (text === "") return;
      post(`${name === "stdout" ? 1 : 2}${cell.id}:${text}`);
      let backlog = Atomics.add(shared, slot.backlog, text.length) + text.length;
      // Once the sockets are closed nothing takes any of it, and this thread has to hear that it is over.
      while (backlog > backlogLimit && Atomics.load(shared, slot.closed) === 0) {
        Atomics.wait(shared, slot.backlog, backlog, waitMilliseconds);
        backlog = Atomics.load(shared, slot.backlog);
      }
    },
    display: (bundle, { displayId, update = false } = {}) => {
      const content = JSON.stringify({
        data: encodeBundle(bundle),
        metadata: {},
        transient: displayId === undefined ? {} : { display_id: displayId },
      });
      const cell = cellForOutput(cells);
      if (cell === undefined) return;
      post({
        type: "output",
        cell: cell.id,
        kind: update ? "update_display_data" : "display_data",
        content,
        ...(displayId === undefined ? {} : { displayId }),
      });
    },
    clear: (wait) => {
      const cell = cellForOutput(cells);
      const content = JSON.stringify({ wait });
      if (cell !== undefined)
        post({ type: "output", cell: cell.id, kind: "clear_output", content });
    },
    result: (cell, executionCount, bundle) => {
      const content = JSON.stringify({
        execution_count: executionCount,
        data: encodeBundle(bundle),
        metadata: {},
      });
      post({ type: "output", cell: cell.id, kind: "execute_result", content });
    },
  };
}
