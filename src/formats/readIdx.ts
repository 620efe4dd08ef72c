import { endianness } from "node:os";
import { gunzipSync } from "node:zlib";
import { readAllBytes, sourceName } from "./byteSource";
import { damaged, unsuitable } from "./damaged";
import { countElements, swapByteOrder } from "./numberBytes";
import type { NpyArray, NpyElement } from "./npyTypes";

/** Element types by the third byte of the file. */
const elements: Readonly<Record<number, NpyElement>> = {
  0x08: { dtype: "uint8", size: 1, array: Uint8Array },
  0x09: { dtype: "int8", size: 1, array: Int8Array },
  0x0b: { dtype: "int16", size: 2, array: Int16Array },
  0x0c: { dtype: "int32", size: 4, array: Int32Array },
  0x0d: { dtype: "float32", size: 4, array: Float32Array },
  0x0e: { dtype: "float64", size: 8, array: Float64Array },
};

/** More than any set in this format holds unpacked, in bytes. */
const mostUnpacked = 2 ** 31;

/**
 * Reads an IDX file (the format of MNIST), plain or packed with gzip: all its types, any number of dimensions.
 * @throws InputError if it cannot be read, is no IDX file, or its size differs from what its header says
 * @see LeCun, Cortes, Burges, "The MNIST database of handwritten digits", section "FILE FORMATS"
 */
export function readIdx(input: string | Uint8Array): NpyArray {
  const name = sourceName(input);
  const bytes = unpackGzip(readAllBytes(input), name);
  const element = bytes.length < 4 ? undefined : elements[bytes[2]];
  if (element === undefined || bytes[0] !== 0 || bytes[1] !== 0 || bytes[3] === 0) {
    throw unsuitable(
      name,
      "which is not an IDX file",
      "a file as MNIST has them, such as train-images-idx3-ubyte.gz",
      "Check the path.",
    );
  }
  const start = 4 + 4 * bytes[3];
  if (start > bytes.length) throw damaged(name, "it ends inside its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: bytes[3] }, (_, i) => view.getUint32(4 + 4 * i));
  const needed = countElements(shape) * element.size;
  if (needed !== bytes.length - start) {
    throw damaged(
      name,
      `its shape (${shape.join(", ")}) needs ${needed} bytes and ${bytes.length - start} are there`,
    );
  }
  const values = Uint8Array.prototype.slice.call(bytes, start);
  if (endianness() === "LE") swapByteOrder(values, element.size);
  return { shape, dtype: element.dtype, data: new element.array(values.buffer) };
}

/** Unpacks gzip; other bytes pass. @throws InputError if it is damaged */
export function unpackGzip(bytes: Uint8Array, name: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: mostUnpacked });
  } catch (error) {
    throw damaged(name, "it cannot be unpacked", error);
  }
}
