import { isUtf8 } from "node:buffer";
import type { ByteSource } from "./byteSource";
import { damaged, unsuitable } from "./damaged";

/** One file in a zip archive. */
export interface ZipEntry {
  /** Path in the archive, with "/". */
  readonly name: string;
  /** Bytes it takes in the archive. */
  readonly packedSize: number;
  /** Bytes once unpacked. */
  readonly size: number;
  readonly method: number;
  readonly crc: number;
  readonly encrypted: boolean;
  /** Where its own header begins. */
  readonly at: number;
}

const endOfDirectory = 0x06054b50;
const zip64Locator = 0x07064b50;
const zip64Directory = 0x06064b50;
const directoryEntry = 0x02014b50;
/** Begins the header before each file. */
export const fileHeader = 0x04034b50;

/**
 * Lists the files of a zip archive, plain or zip64, without unpacking one; folders are left out.
 * @throws InputError if it is no zip archive or its directory is damaged
 * @see PKWARE APPNOTE 6.3.10, sections 4.3 and 4.4
 */
export function listZip(source: ByteSource): ZipEntry[] {
  const { count, size, offset } = findDirectory(source);
  const bytes = source.read(offset, size);
  const view = new DataView(bytes.buffer);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== directoryEntry) {
      throw damaged(source.name, `its directory ends after ${i} of ${count} files`);
    }
    const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const next = at + 46 + lengths[0] + lengths[1] + lengths[2];
    if (next > bytes.length) throw damaged(source.name, "its directory is cut short");
    const entry = readEntry(view, at, lengths[0], lengths[1], source.name);
    if (!entry.name.endsWith("/")) entries.push(entry);
    at = next;
  }
  checkEntries(entries, source);
  return entries;
}

interface Directory {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
}

function findDirectory(source: ByteSource): Directory {
  // The directory's end lies before a comment of at most 65535 bytes.
  const length = Math.min(source.size, 22 + 65535);
  const from = source.size - length;
  const tail = source.read(from, length);
  const view = new DataView(tail.buffer);
  for (let at = length - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== endOfDirectory) continue;
    if (at + 22 + view.getUint16(at + 20, true) !== length) continue;
    const directory = {
      count: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    };
    return checkDirectory(findZip64(source, from + at) ?? directory, source);
  }
  const begins = length >= 4 && source.read(0, 4);
  if (begins && new DataView(begins.buffer).getUint32(0, true) === fileHeader) {
    throw damaged(source.name, "its end with the list of files is missing");
  }
  throw unsuitable(
    source.name,
    "which is not a zip archive",
    "a zip archive",
    "Check the path, or pack the files again.",
  );
}

function findZip64(source: ByteSource, end: number): Directory | undefined {
  if (end < 20) return undefined;
  const locator = new DataView(source.read(end - 20, 20).buffer);
  if (locator.getUint32(0, true) !== zip64Locator) return undefined;
  const record = new DataView(source.read(exact(locator, 8, source.name), 56).buffer);
  if (record.getUint32(0, true) !== zip64Directory) {
    throw damaged(source.name, "its zip64 directory is missing");
  }
  return {
    count: exact(record, 32, source.name),
    size: exact(record, 40, source.name),
    offset: exact(record, 48, source.name),
  };
}

function checkDirectory(directory: Directory, source: ByteSource): Directory {
  if (directory.offset + directory.size > source.size || directory.count * 46 > directory.size) {
    throw damaged(source.name, "its list of files lies outside the file");
  }
  return directory;
}

function readEntry(
  view: DataView,
  at: number,
  nameLength: number,
  extraLength: number,
  source: string,
): ZipEntry {
  const flags = view.getUint16(at + 8, true);
  const extra = at + 46 + nameLength;
  const [size, packedSize, offset] = zip64Sizes(view, at, extra, extra + extraLength, source);
  // Without the flag for UTF-8 the letters are those of an unknown machine; plain ones are the same everywhere.
  const letters = Buffer.from(view.buffer, at + 46, nameLength);
  const name = letters.toString((flags & 0x800) === 0 && !isUtf8(letters) ? "latin1" : "utf8");
  return {
    name: name.replaceAll("\\", "/"),
    packedSize,
    size,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    encrypted: (flags & 1) !== 0,
    at: offset,
  };
}

/** The three numbers that zip64 moves into an extra field where they do not fit 32 bits. */
function zip64Sizes(
  view: DataView,
  at: number,
  extra: number,
  extraEnd: number,
  source: string,
): [size: number, packedSize: number, offset: number] {
  const values = [24, 20, 42].map((field) => view.getUint32(at + field, true));
  for (let here = extra; here + 4 <= extraEnd;) {
    const length = view.getUint16(here + 2, true);
    if (view.getUint16(here, true) === 1) {
      let field = here + 4;
      const end = Math.min(extraEnd, here + 4 + length);
      for (let i = 0; i < 3; i++) {
        if (values[i] !== 0xffffffff) continue;
        if (field + 8 > end) throw damaged(source, "a zip64 size is missing");
        values[i] = exact(view, field, source);
        field += 8;
      }
    }
    here += 4 + length;
  }
  return [values[0], values[1], values[2]];
}

/** Files that share bytes make an archive unpack to far more than its size. */
function checkEntries(entries: readonly ZipEntry[], source: ByteSource): void {
  const sorted = [...entries].sort((a, b) => a.at - b.at);
  sorted.forEach((entry, i) => {
    const end = i + 1 < sorted.length ? sorted[i + 1].at : source.size;
    if (entry.at + 30 + entry.packedSize > end) {
      throw damaged(`${source.name}: ${entry.name}`, "it reaches beyond its place in the archive");
    }
  });
}

function exact(view: DataView, at: number, source: string): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw damaged(source, "it gives a size that no file has");
  }
  return Number(value);
}
