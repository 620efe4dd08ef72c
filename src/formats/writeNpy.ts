import { endianness } from "node:os";
import { InputError } from "../core";
import { countElements, swapByteOrder } from "./numberBytes";
import type { NpyData } from "./npyTypes";

/** An array to write: its values row-major, the type told by the typed array. */
export interface WritableArray {
  readonly shape: readonly number[];
  readonly data: NpyData;
}

/**
 * Writes a numpy array file, version 1, little-endian, row-major; text becomes numpy's fixed-length unicode.
 * @throws InputError if the shape does not fit the number of values
 */
export function writeNpy({ shape, data }: WritableArray): Uint8Array {
  if (countElements(shape) !== data.length) {
    throw new InputError({
      got: `${data.length} values for the shape (${shape.join(", ")})`,
      expected: `${countElements(shape)} values`,
      todo: "Check the shape.",
    });
  }
  const { descr, bytes } = encode(data);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // numpy pads the header so that the values begin at a multiple of 64.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const file = new Uint8Array(length + bytes.length);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(file.buffer).setUint16(8, length - 10, true);
  file.set(Buffer.from(`${text.padEnd(length - 11)}\n`, "latin1"), 10);
  file.set(bytes, length);
  return file;
}

const descrs: readonly (readonly [kind: { new (length: number): object }, descr: string])[] = [
  [Uint8Array, "|u1"],
  [Int8Array, "|i1"],
  [Uint16Array, "<u2"],
  [Int16Array, "<i2"],
  [Uint32Array, "<u4"],
  [Int32Array, "<i4"],
  [BigUint64Array, "<u8"],
  [BigInt64Array, "<i8"],
  [Float32Array, "<f4"],
  [Float64Array, "<f8"],
];

function encode(data: NpyData): { descr: string; bytes: Uint8Array } {
  if (!ArrayBuffer.isView(data)) return encodeText(data);
  const descr = descrs.find(([kind]) => data instanceof kind)?.[1] ?? "|u1";
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  if (endianness() === "BE") swapByteOrder(bytes, data.BYTES_PER_ELEMENT);
  return { descr, bytes };
}

function encodeText(strings: readonly string[]): { descr: string; bytes: Uint8Array } {
  const points = strings.map((text) => Array.from(text, (letter) => letter.codePointAt(0) ?? 0));
  const longest = Math.max(
    1,
    points.reduce((most, { length }) => Math.max(most, length), 0),
  );
  const bytes = new Uint8Array(strings.length * longest * 4);
  const view = new DataView(bytes.buffer);
  points.forEach((letters, i) =>
    letters.forEach((point, j) => view.setUint32((i * longest + j) * 4, point, true)),
  );
  return { descr: `<U${longest}`, bytes };
}
