import { Writable } from "node:stream";
import { type Cells, cellForOutput } from "./cells";
import { createInputStream } from "./inputStream";
import type { Output } from "./output";

/** Makes the process's standard streams those of its cells. */
export function takeStreams(
  cells: Cells,
  output: Output,
  ask: (prompt: string) => Promise<string>,
): void {
  const input = createInputStream(cells, ask);
  for (const name of ["stdout", "stderr"] as const) {
    const stream = cellStream(name, cells, output, input.prompted);
    Object.defineProperty(process, name, { value: stream, configurable: true, enumerable: true });
  }
  const { stream } = input;
  Object.defineProperty(process, "stdin", { value: stream, configurable: true, enumerable: true });
  // A terminal is cleared by its own signs, a cell by a message.
  globalThis.console.clear = () => output.clear(false);
}

/** A stream that sends what is written to it to the client of the cell that writes. */
function cellStream(
  name: "stdout" | "stderr",
  cells: Cells,
  output: Output,
  prompted: () => void,
): Writable {
  const decoder = new TextDecoder();
  const send = (chunk: Uint8Array | string, encoding?: unknown): void => {
    const bytes =
      typeof chunk === "string" && typeof encoding === "string" && !/^utf-?8$/i.test(encoding)
        ? Buffer.from(chunk, encoding as BufferEncoding)
        : chunk;
    const text = typeof bytes === "string" ? bytes : decoder.decode(bytes, { stream: true });
    const cell = cellForOutput(cells);
    if (cell !== undefined) output.write(name, cell, text);
    // Who asks a question leaves the cursor behind it.
    if (text !== "" && !text.endsWith("\n")) prompted();
  };
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: Uint8Array | string, encoding, done) => {
      send(chunk, encoding);
      done();
    },
  });
  // It never ends, and nothing that is written waits in it.
  stream.write = (chunk: unknown, encoding?: unknown, callback?: unknown): boolean => {
    send(
      typeof chunk === "string" || chunk instanceof Uint8Array ? chunk : String(chunk),
      encoding,
    );
    const done = typeof encoding === "function" ? encoding : callback;
    if (typeof done === "function") process.nextTick(done);
    return true;
  };
  stream.end = () => stream;
  stream.destroy = () => stream;
  return Object.assign(stream, { fd: name === "stdout" ? 1 : 2 });
}
