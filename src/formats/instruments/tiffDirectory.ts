import { damaged } from "../damaged";
import { decodeText } from "../decodeText";

/** The values of a page's tags by number: numbers, or text. */
export type TiffTags = ReadonlyMap<number, readonly number[] | string>;

/** Tags that list the strips or tiles of a page: where they begin, and how long they are. */
const lists = new Set([273, 279, 324, 325]);

/** Values that are kept of any other tag, and letters of a text. */
const mostValues = 16;
const mostLetters = 65536;

/** More pages than an instrument writes. */
const mostPages = 4096;

/** Bytes of one value by type number; 0 for types that do not exist. */
const typeBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

/**
 * Reads the directories of a TIFF or BigTIFF file, one a page, and checks that whatever they point at lies in the file.
 * @throws InputError if it does not, or if the directories form a circle
 * @see TIFF 6.0 specification, section 2; BigTIFF design, Aware Systems
 */
export function tiffDirectory(bytes: Uint8Array, file: string): TiffTags[] {
  const numbers = tiffNumbers(bytes, file);
  const version = numbers.unsigned(2, 2);
  const pointer = version === 43 ? 8 : 4;
  const pages: TiffTags[] = [];
  // Tags that share their bytes could fill the memory; honest lists take two bytes a value at least.
  const budget = { values: bytes.length / 2 };
  const seen = new Set<number>();
  for (let at = numbers.unsigned(pointer, pointer); at !== 0;) {
    if (seen.has(at) || pages.length >= mostPages) {
      throw damaged(file, "its directories point at each other without end");
    }
    seen.add(at);
    const { tags, next } = readDirectory(numbers, at, pointer, budget);
    pages.push(tags);
    at = next;
  }
  if (pages.length === 0) throw damaged(file, "it holds no page");
  return pages;
}

interface TiffNumbers {
  readonly file: string;
  /** Refuses a place outside the file. */
  readonly check: (at: number, length: number) => void;
  readonly unsigned: (at: number, size: number) => number;
  readonly value: (at: number, type: number) => number;
  readonly text: (at: number, length: number) => string;
}

function tiffNumbers(bytes: Uint8Array, file: string): TiffNumbers {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const check = (at: number, length: number): void => {
    if (!(at >= 0 && at + length <= bytes.length)) {
      throw damaged(file, `it points at byte ${at} of ${bytes.length}`);
    }
  };
  const unsigned = (at: number, size: number): number => {
    check(at, size);
    if (size === 1) return view.getUint8(at);
    if (size === 2) return view.getUint16(at, little);
    return size === 4 ? view.getUint32(at, little) : Number(view.getBigUint64(at, little));
  };
  const value = (at: number, type: number): number => {
    if (type === 5) return view.getUint32(at, little) / view.getUint32(at + 4, little);
    if (type === 6) return view.getInt8(at);
    if (type === 8) return view.getInt16(at, little);
    if (type === 9) return view.getInt32(at, little);
    if (type === 10) return view.getInt32(at, little) / view.getInt32(at + 4, little);
    if (type === 11) return view.getFloat32(at, little);
    if (type === 12) return view.getFloat64(at, little);
    if (type === 17) return Number(view.getBigInt64(at, little));
    return unsigned(at, typeBytes[type]);
  };
  const text = (at: number, length: number): string => {
    let end = at + length;
    while (end > at && bytes[end - 1] === 0) end--;
    return decodeText(bytes.subarray(at, end));
  };
  return { file, check, unsigned, value, text };
}

function readDirectory(
  { check, unsigned, value, text, file }: TiffNumbers,
  at: number,
  pointer: number,
  budget: { values: number },
): { readonly tags: TiffTags; readonly next: number } {
  const big = pointer === 8;
  const count = unsigned(at, big ? 8 : 2);
  const first = at + (big ? 8 : 2);
  const entrySize = 4 + 2 * pointer;
  const end = first + count * entrySize;
  check(first, count * entrySize + pointer);
  const tags = new Map<number, readonly number[] | string>();
  for (let entry = first; entry < end; entry += entrySize) {
    const type = unsigned(entry + 2, 2);
    const size = typeBytes[type] ?? 0;
    const length = unsigned(entry + 4, pointer);
    const inside = entry + 4 + pointer;
    const place = size * length <= pointer ? inside : unsigned(inside, pointer);
    if (size === 0) continue;
    check(place, size * length);
    const tag = unsigned(entry, 2);
    const kept = lists.has(tag) ? length : Math.min(length, mostValues);
    budget.values -= lists.has(tag) ? length : 0;
    if (budget.values < 0) throw damaged(file, "its lists of strips share their bytes");
    tags.set(
      tag,
      type === 2
        ? text(place, Math.min(length, mostLetters))
        : Array.from({ length: kept }, (_, i) => value(place + i * size, type)),
    );
  }
  return { tags, next: unsigned(end, pointer) };
}
