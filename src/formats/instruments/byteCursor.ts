import { damaged } from "../damaged";

/** Reads numbers and text from bytes, one after the other; whatever reaches beyond the end is refused. */
export interface ByteCursor {
  /** Where the next value begins. */
  readonly at: number;
  /** Bytes from here to the end. */
  readonly left: number;
  /** Goes to a place. @throws InputError outside the bytes */
  seek(at: number): void;
  skip(count: number): void;
  u8(): number;
  u16(): number;
  u32(): number;
  i32(): number;
  f32(): number;
  f64(): number;
  /** A view of the next bytes, not a copy. */
  view(count: number): Uint8Array;
  /** UTF-16 text of this many units. */
  utf16(units: number): string;
}

/** Opens bytes for reading in the order of most instruments, little-endian. */
export function byteCursor(bytes: Uint8Array, name: string, from = 0): ByteCursor {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (count: number): number => {
    if (!(count >= 0) || at + count > bytes.length) {
      throw damaged(name, `${count} bytes are announced at byte ${at} of ${bytes.length}`);
    }
    const here = at;
    at += count;
    return here;
  };
  const seek = (place: number): void => {
    if (!(place >= 0) || place > bytes.length) {
      throw damaged(name, `it points at byte ${place} of ${bytes.length}`);
    }
    at = place;
  };
  seek(from);
  return {
    get at() {
      return at;
    },
    get left() {
      return bytes.length - at;
    },
    seek,
    skip: (count) => void take(count),
    u8: () => data.getUint8(take(1)),
    u16: () => data.getUint16(take(2), true),
    u32: () => data.getUint32(take(4), true),
    i32: () => data.getInt32(take(4), true),
    f32: () => data.getFloat32(take(4), true),
    f64: () => data.getFloat64(take(8), true),
    view: (count) => {
      const here = take(count);
      return bytes.subarray(here, here + count);
    },
    utf16: (units) => {
      const here = take(2 * units);
      return Buffer.from(bytes.buffer, bytes.byteOffset + here, 2 * units).toString("utf16le");
    },
  };
}
