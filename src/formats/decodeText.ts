import { isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";

/**
 * Text in whichever encoding people have it: UTF-8 and UTF-16 with or without the mark at their beginning, and what is
 * neither as Windows-1252, of which Latin-1 is a part. Composed and decomposed letters come out composed.
 */
export function decodeText(bytes: Uint8Array): string {
  return decodeRaw(bytes).normalize("NFC");
}

function decodeRaw(bytes: Uint8Array): string {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return decodeAs("utf-8", bytes.subarray(3));
  if (a === 0xff && b === 0xfe) return decodeAs("utf-16le", bytes.subarray(2));
  if (a === 0xfe && b === 0xff) return decodeAs("utf-16be", bytes.subarray(2));
  const wide = sixteenBits(bytes);
  if (wide !== undefined) return decodeAs(wide, bytes);
  return isUtf8(bytes) ? decodeAs("utf-8", bytes) : decodeWindows(bytes);
}

/** The letters of Windows-1252 from 80 to 9F, where Latin-1 has none; some are unused. */
const windowsLetters = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

/** Some versions of Node take Windows-1252 for Latin-1. */
function decodeWindows(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString("latin1")
    .replace(/[\x80-\x9f]/g, (letter) => windowsLetters[letter.charCodeAt(0) - 0x80]);
}

/** UTF-16 without a mark: every second byte of plain letters is zero, and the others are not. */
function sixteenBits(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  const length = Math.min(bytes.length, 512) & ~1;
  if (length < 4) return undefined;
  let [even, odd] = [0, 0];
  for (let i = 0; i < length; i += 2) {
    if (bytes[i] === 0) even++;
    if (bytes[i + 1] === 0) odd++;
  }
  if (even === 0 && odd > length / 4) return "utf-16le";
  return odd === 0 && even > length / 4 ? "utf-16be" : undefined;
}

const decoders = new Map<string, TextDecoder>();

function decodeAs(encoding: string, bytes: Uint8Array): string {
  let decoder = decoders.get(encoding);
  if (decoder === undefined) {
    decoder = new TextDecoder(encoding, { ignoreBOM: true });
    decoders.set(encoding, decoder);
  }
  return decoder.decode(bytes);
}
