import * as fs from "node:fs";
import { checkBudget, explainFileError, InputError } from "../core";
import { damaged } from "./damaged";

/** Bytes that are read in pieces: from memory, or from a file of any size. */
export interface ByteSource {
  /** What messages call it: the file's path, or "these bytes". */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /** A copy of a piece. @throws InputError if the piece reaches beyond the end */
  read(from: number, length: number): Uint8Array;
}

/**
 * Opens a file, or bytes in memory, for as long as `use` runs.
 * @throws InputError if the file cannot be read
 */
export function withBytes<T>(input: string | Uint8Array, use: (source: ByteSource) => T): T {
  if (typeof input !== "string") return use(memorySource(input));
  const handle = openFile(input);
  try {
    return use(fileSource(input, handle));
  } finally {
    fs.closeSync(handle);
  }
}

/** As `withBytes`, for a `use` that takes its time: the file stays open until its promise is settled. */
export async function withBytesAsync<T>(
  input: string | Uint8Array,
  use: (source: ByteSource) => Promise<T>,
): Promise<T> {
  if (typeof input !== "string") return use(memorySource(input));
  const handle = openFile(input);
  try {
    return await use(fileSource(input, handle));
  } finally {
    fs.closeSync(handle);
  }
}

/** All bytes of a file; bytes in memory as they are. @throws InputError if the file cannot be read */
export function readAllBytes(input: string | Uint8Array): Uint8Array {
  return withBytes(input, (source) =>
    typeof input === "string" ? source.read(0, source.size) : input,
  );
}

/** What messages call a file or bytes in memory. */
export function sourceName(input: string | Uint8Array): string {
  return typeof input === "string" ? input : "these bytes";
}

function openFile(file: string): number {
  try {
    const handle = fs.openSync(file, "r");
    if (fs.fstatSync(handle).isFile()) return handle;
    fs.closeSync(handle);
  } catch (error) {
    throw explainFileError(error, file, "read");
  }
  throw new InputError({
    got: `"${file}", which is a folder or a device`,
    expected: "a file",
    todo: "Name a file inside it.",
  });
}

function memorySource(bytes: Uint8Array): ByteSource {
  const name = sourceName(bytes);
  return {
    name,
    size: bytes.length,
    read: (from, length) => {
      checkPiece(name, bytes.length, from, length);
      return Uint8Array.prototype.slice.call(bytes, from, from + length);
    },
  };
}

function fileSource(name: string, handle: number): ByteSource {
  const { size } = fs.fstatSync(handle);
  return {
    name,
    size,
    read: (from, length) => {
      checkPiece(name, size, from, length);
      checkBudget(name, length);
      // Every byte is written below, so the memory need not be cleared first.
      const piece = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
      try {
        for (let done = 0; done < length;) {
          // One call reads at most 2 GiB.
          const count = fs.readSync(
            handle,
            piece,
            done,
            Math.min(length - done, 2 ** 30),
            from + done,
          );
          if (count === 0) throw damaged(name, "it became shorter while it was read");
          done += count;
        }
      } catch (error) {
        throw explainFileError(error, name, "read");
      }
      return piece;
    },
  };
}

function checkPiece(name: string, size: number, from: number, length: number): void {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(length) || from < 0 || length < 0) {
    throw damaged(name, "it points at a place that no file has");
  }
  if (from + length > size) {
    throw damaged(
      name,
      `it ends after ${size} bytes where at least ${from + length} are announced`,
    );
  }
}
