/** Collects bytes, little-endian. */
export interface ByteWriter {
  u8(value: number): void;
  u32(value: number): void;
  i32(value: number): void;
  f64(value: number): void;
  /** UTF-8 text with a zero at its end. */
  text(value: string): void;
  bytes(value: Uint8Array): void;
  doubles(values: Float64Array): void;
  /** Everything written so far. */
  done(): Uint8Array;
}

/** Makes an empty writer. */
export function byteWriter(): ByteWriter {
  const pieces: Uint8Array[] = [];
  const put = (size: number, set: (view: DataView) => void): void => {
    const piece = new Uint8Array(size);
    set(new DataView(piece.buffer));
    pieces.push(piece);
  };
  return {
    u8: (value) => put(1, (view) => view.setUint8(0, value)),
    u32: (value) => put(4, (view) => view.setUint32(0, value, true)),
    i32: (value) => put(4, (view) => view.setInt32(0, value, true)),
    f64: (value) => put(8, (view) => view.setFloat64(0, value, true)),
    text: (value) => void pieces.push(Buffer.from(`${value.replaceAll("\0", "")}\0`, "utf8")),
    bytes: (value) => void pieces.push(value),
    doubles: (values) =>
      put(8 * values.length, (view) => {
        for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i], true);
      }),
    done: () => new Uint8Array(Buffer.concat(pieces)),
  };
}
