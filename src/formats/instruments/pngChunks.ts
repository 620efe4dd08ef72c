import { inflateSync } from "node:zlib";
import { damaged } from "../damaged";
import { decodeText } from "../decodeText";

/** The parts of a PNG file that hold pixels and texts. */
export interface PngChunks {
  readonly width: number;
  readonly height: number;
  /** Bits of one value. */
  readonly depth: number;
  /** 0 grey, 2 colour, 3 palette, 4 grey and alpha, 6 colour and alpha. */
  readonly colourType: number;
  readonly texts: ReadonlyMap<string, string>;
  /** The file without all that is neither header nor pixels: a packed colour profile could be a bomb. */
  readonly essential: Uint8Array;
  /** The packed pixels. */
  readonly packed: Uint8Array;
}

/**
 * Takes a PNG file apart. @throws InputError if a chunk reaches beyond its end, or the header is missing
 * @see PNG specification, third edition, section 5
 */
export function pngChunks(bytes: Uint8Array, file: string): PngChunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array[] = [bytes.subarray(0, 8)];
  const packed: Uint8Array[] = [];
  const texts = new Map<string, string>();
  let header: DataView | undefined;
  for (let at = 8; at < bytes.length;) {
    if (at + 12 > bytes.length) throw damaged(file, "it ends inside a chunk");
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) throw damaged(file, "a chunk reaches beyond its end");
    const type = Buffer.from(bytes.buffer, bytes.byteOffset + at + 4, 4).toString("latin1");
    const content = bytes.subarray(at + 8, end - 4);
    if (type === "IHDR" && content.length === 13) {
      header ??= new DataView(content.buffer, content.byteOffset, content.byteLength);
    }
    if (type === "IDAT") packed.push(content);
    if (type === "tEXt" || type === "zTXt" || type === "iTXt") addText(texts, type, content);
    if (type === "IHDR" || type === "IDAT" || type === "IEND") kept.push(bytes.subarray(at, end));
    if (type === "IEND") break;
    at = end;
  }
  if (header === undefined) throw damaged(file, "it has no header");
  return {
    width: header.getUint32(0),
    height: header.getUint32(4),
    depth: header.getUint8(8),
    colourType: header.getUint8(9),
    texts,
    essential: Buffer.concat(kept),
    packed: Buffer.concat(packed),
  };
}

/** Longer texts than any program writes; a packed one could be a bomb. */
const mostLetters = 1e6;

/** Plain, packed and international texts; one that is damaged says nothing, and hides no pixels. */
function addText(texts: Map<string, string>, type: string, content: Uint8Array): void {
  const zero = (from: number): number => content.indexOf(0, from);
  const end = zero(0);
  if (end < 0) return;
  const key = decodeText(content.subarray(0, end));
  let from = end + 1;
  let packed = type === "zTXt";
  if (type === "zTXt") from += 1;
  if (type === "iTXt") {
    packed = content[end + 1] === 1;
    const language = zero(end + 3);
    const translated = language < 0 ? -1 : zero(language + 1);
    if (translated < 0) return;
    from = translated + 1;
  }
  const value = content.subarray(from);
  try {
    texts.set(
      key,
      decodeText(packed ? inflateSync(value, { maxOutputLength: mostLetters }) : value),
    );
  } catch {
    // A text that cannot be unpacked.
  }
}
