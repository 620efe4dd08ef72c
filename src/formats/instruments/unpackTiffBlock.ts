import { inflateSync } from "node:zlib";
import { damaged, unsuitable } from "../damaged";

/**
 * Unpacks a strip or tile of a TIFF file: plain, LZW, deflate or PackBits. A block never grows beyond what its size in
 * pixels asks for, whatever its bytes claim.
 * @param size bytes of the unpacked block
 * @throws InputError if it is too short or damaged, or packed in another way
 * @see TIFF 6.0 specification, sections 9 and 13
 */
export function unpackTiffBlock(
  packed: Uint8Array,
  compression: number,
  size: number,
  file: string,
): Uint8Array {
  const block = unpack(packed, compression, size, file);
  if (block.length < size) {
    throw damaged(file, `a strip or tile of ${size} bytes holds ${block.length}`);
  }
  return block;
}

function unpack(packed: Uint8Array, compression: number, size: number, file: string): Uint8Array {
  switch (compression) {
    case 1:
      return packed.slice(0, size);
    case 5:
      return unpackLzw(packed, size, file);
    case 8:
    case 32946:
      return unpackDeflate(packed, size, file);
    case 32773:
      return unpackPackBits(packed, size);
    default:
      throw unsuitable(
        file,
        `which is packed by method ${compression}`,
        "a TIFF that is plain, or packed by LZW, deflate or PackBits",
        "Export it again without compression; JPEG and the like lose height.",
      );
  }
}

function unpackDeflate(packed: Uint8Array, size: number, file: string): Uint8Array {
  try {
    const block = inflateSync(packed, { maxOutputLength: size + 65536 });
    return new Uint8Array(block.buffer, block.byteOffset, block.length);
  } catch (error) {
    throw damaged(file, "a strip or tile of it cannot be unpacked", error);
  }
}

function unpackPackBits(packed: Uint8Array, size: number): Uint8Array {
  const block = new Uint8Array(size);
  let to = 0;
  for (let at = 0; at < packed.length && to < size;) {
    const mark = packed[at++];
    if (mark > 128) {
      block.fill(packed[at] ?? 0, to, to + 257 - mark);
      to += 257 - mark;
      at++;
    } else if (mark < 128) {
      const run = packed.subarray(at, Math.min(at + mark + 1, at + size - to));
      block.set(run, to);
      to += run.length;
      at += mark + 1;
    }
  }
  return block.subarray(0, Math.min(to, size));
}

/** Code that empties the table, and code that ends the block. */
const clear = 256;
const ending = 257;

/** Each entry of the table is the text of an earlier one and one byte more, so its place in the output is enough. */
function unpackLzw(packed: Uint8Array, size: number, file: string): Uint8Array {
  const block = new Uint8Array(size);
  const starts = new Uint32Array(4096);
  const lengths = new Uint16Array(4096);
  let [next, bits, to, previousAt, previousLength] = [258, 9, 0, 0, 0];
  for (let bit = 0; bit + bits <= 8 * packed.length && to < size;) {
    const code = readBits(packed, bit, bits);
    bit += bits;
    if (code === ending) break;
    if (code === clear) {
      [next, bits, previousLength] = [258, 9, 0];
      continue;
    }
    const here = to;
    if (code < clear) {
      block[to++] = code;
    } else {
      const known = code < next;
      if (!known && (code > next || previousLength === 0)) {
        throw damaged(file, "a strip or tile of it holds an impossible code");
      }
      const start = known ? starts[code] : previousAt;
      const length = known ? lengths[code] : previousLength + 1;
      const end = Math.min(size, to + length);
      for (let from = start; to < end;) block[to++] = block[from++];
    }
    if (previousLength > 0 && next < 4096) {
      starts[next] = previousAt;
      lengths[next++] = previousLength + 1;
    }
    [previousAt, previousLength] = [here, to - here];
    // Codes grow one entry early, a slip of the first writers that became the rule.
    if (next + 1 >= 1 << bits && bits < 12) bits++;
  }
  return block.subarray(0, to);
}

/** Codes begin with their most significant bit. */
function readBits(packed: Uint8Array, bit: number, bits: number): number {
  const at = bit >> 3;
  const three = (packed[at] << 16) | ((packed[at + 1] ?? 0) << 8) | (packed[at + 2] ?? 0);
  return (three >> (24 - (bit & 7) - bits)) & ((1 << bits) - 1);
}
