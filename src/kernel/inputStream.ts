import { Readable } from "node:stream";
import { type Cell, type Cells, currentCell } from "./cells";

/** Milliseconds after an answer until the next question, where no prompt is written first. */
const pause = 300;

/** Standard input, whose lines are answers of the person in front of the notebook. */
export interface InputStream {
  readonly stream: Readable;
  /** A cell has written what looks like a question. */
  readonly prompted: () => void;
}

/**
 * Makes a stream that asks for a line when somebody reads. What reads lines goes on reading when it has one, though it may never
 * want another; so the next question waits for a prompt, or for a moment, and is dropped with its cell.
 */
export function createInputStream(
  cells: Cells,
  ask: (prompt: string) => Promise<string>,
): InputStream {
  let wanting: Cell | undefined;
  let isReading = false;
  let isAsking = false;
  let answers = 0;

  const question = (): void => {
    if (isAsking || wanting?.state !== "running") return;
    isAsking = true;
    const cell = wanting;
    void cells.context.run(cell, async () => {
      try {
        const line = await ask("");
        answers += 1;
        isAsking = isReading = false;
        stream.push(`${line}\n`);
      } catch (error) {
        isAsking = false;
        // Who waits for a line cannot be told; the cell can.
        queueMicrotask(() => {
          throw error;
        });
      }
    });
  };
  const want = (): void => {
    wanting = currentCell(cells);
    if (answers === 0) setImmediate(question);
    else setTimeout(question, pause).unref();
  };
  const stream = new Readable({
    read: () => {
      isReading = true;
      want();
    },
  });
  // A cell that begins to read, while the wish of one before was dropped.
  const resume = stream.resume.bind(stream);
  stream.resume = () => {
    if (isReading && wanting !== currentCell(cells)) want();
    return resume();
  };
  return {
    stream: Object.assign(stream, { fd: 0 }),
    prompted: () => {
      if (isReading && wanting === currentCell(cells)) setImmediate(question);
    },
  };
}
