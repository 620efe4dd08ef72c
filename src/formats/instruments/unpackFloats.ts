import { inflateSync } from "node:zlib";
import { Unzlib } from "fflate";
import { damaged } from "../damaged";

/** Up to here the whole of what is unpacked may lie in memory at once, which is three times faster. */
const atOnce = 32e6;

/** Packed bytes that are unpacked at a time. */
const piece = 65536;

/**
 * Unpacks zlib-packed float32 into planes of `size` values, after a first value that means nothing.
 * @throws InputError if the bytes are damaged, too few, or far too many
 */
export function unpackFloats(
  packed: Uint8Array,
  planes: number,
  size: number,
  file: string,
): Float64Array[] {
  const data = Array.from({ length: planes }, () => new Float64Array(size));
  const wanted = planes * size;
  let count = -1;
  let rest = new Uint8Array(0);
  const take = (chunk: Uint8Array): void => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    for (; at + 4 <= bytes.length && count < wanted; at += 4, count++) {
      if (count >= 0) data[Math.floor(count / size)][count % size] = view.getFloat32(at, true);
    }
    rest = Uint8Array.from(bytes.subarray(at, at + 3));
  };
  try {
    // Zeros follow the values; far more than a few lines of them would be a bomb.
    const most = 4 * wanted + 4 + 1e6;
    if (most <= atOnce) take(inflateSync(packed, { maxOutputLength: most }));
    else unpackInPieces(packed, take, () => count === wanted);
  } catch (error) {
    throw damaged(file, "its packed values cannot be unpacked", error);
  }
  if (count < wanted) {
    throw damaged(
      file,
      `${planes} images need ${wanted} values and ${Math.max(0, count)} are there`,
    );
  }
  return data;
}

function unpackInPieces(
  packed: Uint8Array,
  take: (chunk: Uint8Array) => void,
  done: () => boolean,
): void {
  const stream = new Unzlib(take);
  for (let at = 0; at < packed.length && !done(); at += piece) {
    stream.push(packed.subarray(at, at + piece), at + piece >= packed.length);
  }
}
