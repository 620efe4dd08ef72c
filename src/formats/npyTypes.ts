/** Element types of an array file, named as numpy names them. */
export type NpyType =
  | "bool"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float16"
  | "float32"
  | "float64"
  | "str";

/** Values of an array file: 64-bit integers stay exact as big integers, half floats widen to float32. */
export type NpyData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array
  | readonly string[];

/** An array with its shape, row-major (the last index moves fastest). */
export interface NpyArray {
  readonly shape: readonly number[];
  /** Type in the file; "bool" comes as bytes 0 and 1, "float16" as float32. */
  readonly dtype: NpyType;
  readonly data: NpyData;
}

/** One element type in the file: its letter and size as in a `descr`, and how its values come out. */
export interface NpyElement {
  readonly dtype: NpyType;
  /** Bytes of one element. */
  readonly size: number;
  readonly array: new (buffer: ArrayBuffer) => Exclude<NpyData, readonly string[]>;
}

/** Fixed-size element types by `descr` without its byte order. */
export const npyElements: Readonly<Record<string, NpyElement>> = {
  b1: { dtype: "bool", size: 1, array: Uint8Array },
  i1: { dtype: "int8", size: 1, array: Int8Array },
  u1: { dtype: "uint8", size: 1, array: Uint8Array },
  i2: { dtype: "int16", size: 2, array: Int16Array },
  u2: { dtype: "uint16", size: 2, array: Uint16Array },
  i4: { dtype: "int32", size: 4, array: Int32Array },
  u4: { dtype: "uint32", size: 4, array: Uint32Array },
  i8: { dtype: "int64", size: 8, array: BigInt64Array },
  u8: { dtype: "uint64", size: 8, array: BigUint64Array },
  f2: { dtype: "float16", size: 2, array: Uint16Array },
  f4: { dtype: "float32", size: 4, array: Float32Array },
  f8: { dtype: "float64", size: 8, array: Float64Array },
};
