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
  return new Cursor(bytes, name, from);
}

/** A class, whose getters all cursors share: one with getters of its own would keep its bytes until all of memory is gone through (see `whenAsked.ts`). */
class Cursor implements ByteCursor {
  at = 0;
  readonly #data: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly name: string,
    from: number,
  ) {
    this.#data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.seek(from);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  seek(place: number): void {
    if (!(place >= 0) || place > this.bytes.length) {
      throw damaged(this.name, `it points at byte ${place} of ${this.bytes.length}`);
    }
    this.at = place;
  }

  skip(count: number): void {
    this.#take(count);
  }

  u8(): number {
    return this.#data.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#data.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#data.getUint32(this.#take(4), true);
  }

  i32(): number {
    return this.#data.getInt32(this.#take(4), true);
  }

  f32(): number {
    return this.#data.getFloat32(this.#take(4), true);
  }

  f64(): number {
    return this.#data.getFloat64(this.#take(8), true);
  }

  view(count: number): Uint8Array {
    const here = this.#take(count);
    return this.bytes.subarray(here, here + count);
  }

  utf16(units: number): string {
    const { buffer, byteOffset } = this.bytes;
    return Buffer.from(buffer, byteOffset + this.#take(2 * units), 2 * units).toString("utf16le");
  }

  /** Where the next bytes begin, of which there must be so many. */
  #take(count: number): number {
    if (!(count >= 0) || this.at + count > this.bytes.length) {
      const { at, name, bytes } = this;
      throw damaged(name, `${count} bytes are announced at byte ${at} of ${bytes.length}`);
    }
    const here = this.at;
    this.at += count;
    return here;
  }
}
