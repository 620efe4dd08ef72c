import * as fs from "node:fs";
import { checkBudget, explainFileError, InputError } from "../core";
import { damaged } from "./damaged";

/** Writes a piece into memory that is there already. @throws InputError if the piece reaches beyond the end */
export type FillPiece = (target: Uint8Array, from: number) => void;

/** Bytes that are read in pieces: from memory, or from a file of any size. */
export interface ByteSource {
  /** What messages call it: the file's path, or "these bytes". */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /** A copy of a piece. @throws InputError if the piece reaches beyond the end */
  read(from: number, length: number): Uint8Array;
  /** Many pieces after each other: a file is opened for them once. */
  readonly inPieces: <T>(use: (fill: FillPiece) => T) => T;
}

/**
 * Opens a file, or bytes in memory, for as long as `use` runs.
 * @throws InputError if the file cannot be read
 */
export function withBytes<T>(input: string | Uint8Array, use: (source: ByteSource) => T): T {
  if (typeof input !== "string") return use(memorySource(input));
  return withHandle(input, (handle) => use(fileSource(input, handle)));
}

function withHandle<T>(file: string, use: (handle: number) => T): T {
  const handle = openFile(file);
  try {
    return use(handle);
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

/**
 * A file that may be read from at any later time: it is opened for each reading, so that it stays closed in between and its bytes take no memory.
 * @throws InputError if the file cannot be read; its pieces also if the file has changed since
 */
export function lastingSource(file: string): ByteSource {
  const told = statFile(file);
  const size = Number(told.size);
  return pieces(file, size, (use) =>
    withHandle(file, (handle) => {
      const now = fs.fstatSync(handle, { bigint: true });
      if (now.size !== told.size || now.mtimeNs !== told.mtimeNs) {
        throw new InputError({
          got: `"${file}", which has changed since it was opened`,
          expected: "the file as it was then, since values are read when they are first asked for",
          todo: "Open it again.",
        });
      }
      return use((target, from) => fillFrom(handle, file, target, from));
    }),
  );
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
  throw noFile(file);
}

function statFile(file: string): fs.BigIntStats {
  try {
    const told = fs.statSync(file, { bigint: true });
    if (told.isFile()) return told;
  } catch (error) {
    throw explainFileError(error, file, "read");
  }
  throw noFile(file);
}

const noFile = (file: string): InputError =>
  new InputError({
    got: `"${file}", which is a folder or a device`,
    expected: "a file",
    todo: "Name a file inside it.",
  });

function memorySource(bytes: Uint8Array): ByteSource {
  return pieces(sourceName(bytes), bytes.length, (use) =>
    use((target, from) => target.set(bytes.subarray(from, from + target.length))),
  );
}

function fileSource(name: string, handle: number): ByteSource {
  const { size } = fs.fstatSync(handle);
  return pieces(name, size, (use) => use((target, from) => fillFrom(handle, name, target, from)));
}

/** Pieces of so many bytes. */
function pieces(name: string, size: number, inPieces: ByteSource["inPieces"]): ByteSource {
  return {
    name,
    size,
    read: (from, length) => {
      checkPiece(name, size, from, length);
      checkBudget(name, length);
      // Every byte is written below, so the memory need not be cleared first.
      const piece = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
      inPieces((fill) => fill(piece, from));
      return piece;
    },
    inPieces: (use) =>
      inPieces((fill) =>
        use((target, from) => {
          checkPiece(name, size, from, target.length);
          fill(target, from);
        }),
      ),
  };
}

function fillFrom(handle: number, name: string, target: Uint8Array, from: number): void {
  try {
    for (let done = 0; done < target.length;) {
      // One call reads at most 2 GiB.
      const most = Math.min(target.length - done, 2 ** 30);
      const count = fs.readSync(handle, target, done, most, from + done);
      if (count === 0) throw damaged(name, "it became shorter while it was read");
      done += count;
    }
  } catch (error) {
    throw explainFileError(error, name, "read");
  }
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
