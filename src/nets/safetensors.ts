import { InputError } from "../core";

/** One named array of a safetensors file. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array | Int32Array;
}

/** What a safetensors file holds. */
export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const bytesOf: Readonly<Record<string, number>> = {
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  U8: 1,
};

/** The format's own limit on its header. */
const largestHeader = 100_000_000;

/**
 * Writes arrays in the safetensors format: 8 bytes of header length, a JSON header, then the values, little-endian. The header is padded so
 * that values start at a multiple of 8 bytes.
 * @see https://github.com/huggingface/safetensors (format section of its README)
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header["__metadata__"] = metadata;
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    const dtype = data instanceof Float32Array ? "F32" : "I32";
    header[name] = { dtype, shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  const start = 8 + Math.ceil(text.length / 8) * 8;
  const out = new Uint8Array(start + end).fill(0x20, 8, start);
  new DataView(out.buffer).setBigUint64(0, BigInt(start - 8), true);
  out.set(text, 8);
  let at = start;
  for (const { data } of tensors.values()) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return out;
}

/**
 * Reads a safetensors file. F32, F16 and BF16 come as float32, I64, I32 and U8 as int32. The header is checked against the file's size before
 * memory is taken.
 * @throws InputError if the file is cut off or damaged, or holds another type of number
 * @see https://github.com/huggingface/safetensors (format section of its README)
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  const { header, start } = readHeader(bytes);
  const metadata: Record<string, string> = {};
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") Object.assign(metadata, readMetadata(entry));
    else tensors.set(name, readTensor(name, entry, bytes.subarray(start)));
  }
  return { tensors, metadata };
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) throw damaged(`${bytes.length} bytes`, "at least 8");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  const room = Math.min(bytes.length - 8, largestHeader);
  if (length > BigInt(room)) {
    throw damaged(`a header of ${length} bytes`, `at most ${room} in a file of this size`);
  }
  const start = 8 + Number(length);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start)));
  } catch {
    throw damaged("a header that is not JSON", "a JSON object");
  }
  if (!isRecord(header)) throw damaged("a header that is not an object", "a JSON object");
  return { header, start };
}

function readMetadata(entry: unknown): Record<string, string> {
  if (!isRecord(entry)) throw damaged("metadata that is not an object", "names with texts");
  for (const value of Object.values(entry)) {
    if (typeof value !== "string") throw damaged("metadata that is not text", "names with texts");
  }
  return entry as Record<string, string>;
}

function readTensor(name: string, entry: unknown, values: Uint8Array): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  if (typeof dtype !== "string" || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw damaged(`an incomplete description of "${name}"`, "its dtype, shape and data_offsets");
  }
  if (!Object.hasOwn(bytesOf, dtype)) {
    throw new InputError({
      got: `numbers of type ${dtype} in "${name}"`,
      expected: `one of ${Object.keys(bytesOf).join(", ")}`,
      todo: "Convert the file, for example to F32.",
    });
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const [from, to] = offsets;
  if (to - from !== count * bytesOf[dtype] || to > values.length) {
    throw damaged(
      `bytes ${from} to ${to} of ${values.length} for "${name}" of shape [${shape.join(",")}]`,
      `${count * bytesOf[dtype]} bytes within the file`,
    );
  }
  return {
    shape,
    data: decode(dtype, new Uint8Array(values.subarray(from, to)).buffer, count, name),
  };
}

function decode(
  dtype: string,
  buffer: ArrayBuffer,
  count: number,
  name: string,
): Float32Array | Int32Array {
  switch (dtype) {
    case "F32":
      return new Float32Array(buffer);
    case "I32":
      return new Int32Array(buffer);
    case "U8":
      return Int32Array.from(new Uint8Array(buffer));
    case "I64":
      return Int32Array.from(new BigInt64Array(buffer), (value) => narrow(value, name));
    case "BF16": {
      // The upper half of a float32.
      const wide = Uint32Array.from(new Uint16Array(buffer), (half) => half << 16);
      return new Float32Array(wide.buffer, 0, count);
    }
    default:
      return Float32Array.from(new Uint16Array(buffer), halfToNumber);
  }
}

function narrow(value: bigint, name: string): number {
  if (BigInt.asIntN(32, value) === value) return Number(value);
  throw new InputError({
    got: `${value} in "${name}"`,
    expected: "whole numbers of at most 32 bits",
    todo: "Store large numbers as floats.",
  });
}

/** IEEE 754 binary16: 1 sign bit, 5 of exponent, 10 of fraction. */
function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && Number(n) >= 0);
}

function damaged(got: string, expected: string): InputError {
  return new InputError({
    got: `a safetensors file with ${got}`,
    expected,
    todo: "The file is damaged or cut off; make or fetch it again.",
  });
}
