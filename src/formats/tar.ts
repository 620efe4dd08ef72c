import * as fs from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { explainFileError, InputError } from "../core";
import { sourceName } from "./byteSource";
import { damaged, unsuitable } from "./damaged";

/** Takes the bytes of one file of a tar archive as they come. */
export interface TarSink {
  readonly write: (piece: Uint8Array) => void;
  /** All bytes have come. */
  readonly end: () => void;
}

/** Progress and stopping of a long unpacking, in bytes of the archive. */
export interface TarProgress {
  readonly signal?: AbortSignal;
  readonly report?: (bytesRead: number) => void;
}

/**
 * Goes through a tar archive, plain or packed with gzip, piece by piece, so that it may be larger than the memory.
 * @param choose the sink for a file of this path and size, or nothing to pass over it
 * @throws InputError if it cannot be read, is cut short, or no tar archive
 * @see POSIX.1-1988, ustar interchange format
 */
export async function readTar(
  input: string | Uint8Array,
  choose: (path: string, size: number) => TarSink | undefined,
  { signal, report }: TarProgress = {},
): Promise<void> {
  const name = sourceName(input);
  const parser = tarParser(name, choose);
  let bytesRead = 0;
  const counted = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      bytesRead += piece.length;
      report?.(bytesRead);
      yield piece;
    }
  };
  const parse = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const piece of source) parser.push(piece);
    parser.end();
  };
  const packed = isGzip(input);
  const from = typeof input === "string" ? fs.createReadStream(input) : Readable.from([input]);
  try {
    if (packed) await pipeline(from, counted, createGunzip(), parse, { signal });
    else await pipeline(from, counted, parse, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof InputError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code.startsWith("Z_")) throw damaged(name, "it cannot be unpacked", error);
    throw explainFileError(error, name, "read");
  }
}

function isGzip(input: string | Uint8Array): boolean {
  if (typeof input !== "string") return input[0] === 0x1f && input[1] === 0x8b;
  const start = new Uint8Array(2);
  try {
    const handle = fs.openSync(input, "r");
    try {
      fs.readSync(handle, start);
    } finally {
      fs.closeSync(handle);
    }
  } catch (error) {
    throw explainFileError(error, input, "read");
  }
  return start[0] === 0x1f && start[1] === 0x8b;
}

interface TarParser {
  push(piece: Uint8Array): void;
  end(): void;
}

const block = 512;

function tarParser(
  name: string,
  choose: (path: string, size: number) => TarSink | undefined,
): TarParser {
  const header = new Uint8Array(block);
  let filled = 0;
  let left = 0;
  let padding = 0;
  let files = 0;
  let sink: TarSink | undefined;
  const begin = (): void => {
    filled = 0;
    // Two empty blocks end the archive; what follows is filling.
    if (header.every((byte) => byte === 0)) return;
    const entry = readHeader(header, name, files);
    files++;
    left = entry.size;
    padding = (block - (entry.size % block)) % block;
    sink = entry.isFile ? choose(entry.path, entry.size) : undefined;
    if (left === 0) finish();
  };
  const finish = (): void => {
    sink?.end();
    sink = undefined;
  };
  return {
    push: (piece) => {
      for (let at = 0; at < piece.length;) {
        if (left > 0) {
          const part = piece.subarray(at, at + left);
          sink?.write(part);
          left -= part.length;
          at += part.length;
          if (left === 0) finish();
        } else if (padding > 0) {
          const skipped = Math.min(padding, piece.length - at);
          padding -= skipped;
          at += skipped;
        } else {
          const part = piece.subarray(at, at + block - filled);
          header.set(part, filled);
          filled += part.length;
          at += part.length;
          if (filled === block) begin();
        }
      }
    },
    end: () => {
      if (files === 0) throw notTar(name);
      if (left > 0 || filled > 0) throw damaged(name, "it ends inside a file");
    },
  };
}

interface TarEntry {
  readonly path: string;
  readonly size: number;
  readonly isFile: boolean;
}

function readHeader(header: Uint8Array, name: string, files: number): TarEntry {
  const text = (from: number, length: number): string =>
    Buffer.from(header.buffer, from, length).toString("utf8").replace(/\0.*$/s, "");
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
  if (parseInt(text(148, 8).trim(), 8) !== sum) {
    throw files === 0 ? notTar(name) : damaged(name, "a header's checksum differs");
  }
  const size = parseInt(text(124, 12).trim() || "0", 8);
  if (!Number.isSafeInteger(size)) throw damaged(name, "a file's size is no number");
  const type = text(156, 1);
  const prefix = text(257, 5) === "ustar" ? text(345, 155) : "";
  const path = text(0, 100);
  return {
    path: prefix === "" ? path : `${prefix}/${path}`,
    size,
    isFile: type === "" || type === "0",
  };
}

function notTar(name: string): InputError {
  return unsuitable(
    name,
    "which is not a tar archive",
    "a tar archive, plain or packed with gzip",
    "Check the path, or download it again.",
  );
}
