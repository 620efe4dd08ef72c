import { readSync } from "node:fs";
import { Socket } from "node:net";
import type { Descriptors } from "./threads";

/** Takes text that something wrote to a descriptor; true if so much waits to be sent that the writers have to wait. */
export type Written = (name: "stdout" | "stderr", text: string) => boolean;

/** Milliseconds for which writers wait. */
const pause = 50;

/** Reads what is written to the descriptors of the process. Gives a function that takes what is there at this moment. */
export function readDescriptors(descriptors: Descriptors, written: Written): () => void {
  const buffer = Buffer.alloc(65_536);
  const readers = (["out", "err"] as const).flatMap((name) => {
    const descriptor = descriptors[name];
    if (descriptor === undefined) return [];
    const decoder = new TextDecoder();
    const take = (bytes: Uint8Array): boolean => {
      const text = decoder.decode(bytes, { stream: true });
      return text !== "" && written(name === "out" ? "stdout" : "stderr", text);
    };
    const socket = new Socket({ fd: descriptor, readable: true, writable: false });
    socket.on("data", (bytes) => {
      if (!take(bytes)) return;
      socket.pause();
      setTimeout(() => socket.resume(), pause);
    });
    return () => {
      // While it is paused the socket, too, holds what it has read.
      for (let held = readHeld(socket); held !== null; held = readHeld(socket)) take(held);
      for (;;) {
        const length = readNow(descriptor, buffer);
        if (length === 0) return;
        take(buffer.subarray(0, length));
      }
    };
  });
  return () => readers.forEach((read) => read());
}

const readHeld = (socket: Socket): Buffer | null => socket.read() as Buffer | null;

/** Bytes that could be read at once; 0 if there are none. */
function readNow(descriptor: number, buffer: Buffer): number {
  try {
    return readSync(descriptor, buffer);
  } catch {
    return 0;
  }
}
