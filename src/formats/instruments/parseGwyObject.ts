import { damaged } from "../damaged";
import { decodeText } from "../decodeText";
import { byteCursor, type ByteCursor } from "./byteCursor";
import type { GwyObject, GwyValue } from "./gwyTypes";

/** Deeper nesting and more parts than any program writes; without these bounds a small file could fill the memory. */
const deepest = 32;
const mostParts = 200_000;

interface Reading {
  readonly cursor: ByteCursor;
  readonly file: string;
  parts: number;
}

/**
 * Reads the object that begins at `from`, with all it holds but arrays of bytes, whole numbers and texts, which no image
 * needs.
 * @throws InputError if a size reaches beyond what holds it
 * @see Gwyddion user guide, "Gwyddion native format"
 */
export function parseGwyObject(bytes: Uint8Array, file: string, from: number): GwyObject {
  return readObject({ cursor: byteCursor(bytes, file, from), file, parts: 0 }, 0, bytes.length);
}

function readObject(reading: Reading, depth: number, limit: number): GwyObject {
  const { cursor, file } = reading;
  if (depth > deepest) throw damaged(file, "objects lie in it within each other without end");
  const type = readText(reading, limit);
  const size = cursor.u32();
  const end = cursor.at + size;
  if (end > limit) throw damaged(file, `its object ${type.slice(0, 40)} reaches beyond its end`);
  const parts = new Map<string, GwyValue>();
  while (cursor.at < end) {
    if (++reading.parts > mostParts) throw damaged(file, `it has more than ${mostParts} parts`);
    const key = readText(reading, end);
    const kind = String.fromCharCode(cursor.u8());
    const value = readValue(reading, kind, depth, end);
    if (value !== undefined) parts.set(key, value);
    if (cursor.at > end) {
      throw damaged(file, `its part ${key.slice(0, 40)} reaches beyond its object`);
    }
  }
  return { type, parts };
}

function readValue(
  reading: Reading,
  kind: string,
  depth: number,
  end: number,
): GwyValue | undefined {
  const { cursor } = reading;
  switch (kind) {
    case "b":
      return cursor.u8() !== 0;
    case "c":
      return cursor.u8();
    case "i":
      return cursor.i32();
    case "q":
      return void cursor.skip(8);
    case "d":
      return cursor.f64();
    case "s":
      return readText(reading, end);
    case "o":
      return readObject(reading, depth + 1, end);
    default:
      return readArray(reading, kind, depth, end);
  }
}

/** Bytes of one item, at least. */
const itemBytes: Readonly<Record<string, number>> = { C: 1, I: 4, Q: 8, D: 8, S: 1, O: 5 };

function readArray(
  reading: Reading,
  kind: string,
  depth: number,
  end: number,
): GwyValue | undefined {
  const { cursor, file } = reading;
  const size = itemBytes[kind];
  if (size === undefined) {
    throw damaged(file, `it holds a value of the unknown type ${JSON.stringify(kind)}`);
  }
  const count = cursor.u32();
  if (cursor.at + count * size > end) {
    throw damaged(file, `an array of ${count} values reaches beyond its object`);
  }
  if (kind === "S" || kind === "O") {
    const objects: GwyObject[] = [];
    for (let i = 0; i < count; i++) {
      if (kind === "S") readText(reading, end);
      else objects.push(readObject(reading, depth + 1, end));
    }
    return kind === "S" ? undefined : objects;
  }
  const bytes = cursor.view(count * size);
  return kind === "D" ? doubles(bytes) : undefined;
}

function doubles(bytes: Uint8Array): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float64Array(bytes.length / 8);
  for (let i = 0; i < values.length; i++) values[i] = view.getFloat64(8 * i, true);
  return values;
}

function readText({ cursor, file }: Reading, limit: number): string {
  const here = cursor.at;
  const bytes = cursor.view(Math.max(0, limit - here));
  const length = bytes.indexOf(0);
  if (length < 0) throw damaged(file, "a text in it has no end");
  cursor.seek(here + length + 1);
  return decodeText(bytes.subarray(0, length));
}
