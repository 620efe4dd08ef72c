import { Readable } from "node:stream";
import { type Cell, cellForOutput, type Cells } from "./cells";
import { type News, slot } from "./threads";

/** Characters that may wait to be sent before the cell has to wait. */
const backlogLimit = 4_000_000;
/** Milliseconds of one such wait. */
const waitMilliseconds = 50;

/** One output in several forms, by MIME type; bytes are sent as base64. */
export type Bundle = Readonly<Record<string, unknown>>;

/** Where the output of cells goes. */
export interface Output {
  /** Sends text as if the cell had printed it. */
  write(name: "stdout" | "stderr", cell: Cell, text: string): void;
  /** Sends an output in several forms, or replaces the one with the same id. */
  readonly display: (bundle: Bundle, options?: { displayId?: string; update?: boolean }) => void;
  /** Sends the value of a cell's last expression. */
  result(cell: Cell, executionCount: number, bundle: Bundle): void;
}

export function createOutput(cells: Cells, post: (news: News) => void, shared: Int32Array): Output {
  return {
    write: (name, cell, text) => {
      if (text === "") return;
      post(`${name === "stdout" ? 1 : 2}${cell.id}:${text}`);
      let backlog = Atomics.add(shared, slot.backlog, text.length) + text.length;
      while (backlog > backlogLimit) {
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

function encodeBundle(bundle: Bundle): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(bundle).map(([type, value]) => [
      type,
      value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
    ]),
  );
}

/** Sends what a cell writes to a standard stream to its client. */
export function captureStream(name: "stdout" | "stderr", cells: Cells, output: Output): void {
  const decoder = new TextDecoder();
  process[name].write = (
    chunk: Uint8Array | string,
    encoding?: BufferEncoding | ((error?: Error) => void),
    callback?: (error?: Error) => void,
  ): boolean => {
    const bytes =
      typeof chunk === "string" && typeof encoding === "string" && !/^utf-?8$/i.test(encoding)
        ? Buffer.from(chunk, encoding)
        : chunk;
    const text = typeof bytes === "string" ? bytes : decoder.decode(bytes, { stream: true });
    const cell = cellForOutput(cells);
    if (cell !== undefined) output.write(name, cell, text);
    const done = typeof encoding === "function" ? encoding : callback;
    if (done !== undefined) process.nextTick(done);
    return true;
  };
}

/** Answers whoever reads standard input, which no cell has, instead of letting it wait for ever. */
export function refuseStandardInput(refused: (error: Error) => void): void {
  const input = new Readable({
    read() {
      const error = new Error(
        "A cell has no standard input: the fewscope kernel cannot ask questions. Give the value in the code.",
      );
      error.name = "NotSupported";
      error.stack = `${error.name}: ${error.message}`;
      this.destroy();
      refused(error);
    },
  });
  Object.defineProperty(process, "stdin", { value: Object.assign(input, { fd: 0 }) });
}
