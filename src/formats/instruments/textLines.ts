import { decodeText } from "../decodeText";

/**
 * Lines of a header, one at a time. Each is decoded for itself, since the instrument's own words and what a person typed
 * may be in different encodings; a text in UTF-16 is decoded as a whole.
 */
export function* textLines(bytes: Uint8Array): Generator<string, undefined> {
  if (
    bytes.length > 1 &&
    Math.max(bytes[0], bytes[1]) === 0xff &&
    Math.min(bytes[0], bytes[1]) === 0xfe
  ) {
    yield* decodeText(bytes).split(/\r?\n/);
    return undefined;
  }
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  for (let from = marked ? 3 : 0; from < bytes.length;) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end;
    const line = bytes.subarray(from, bytes[to - 1] === 13 && to > from ? to - 1 : to);
    yield plain(line)
      ? Buffer.from(line.buffer, line.byteOffset, line.length).toString("latin1")
      : decodeText(line);
    from = to + 1;
  }
  return undefined;
}

/** Most lines are plain ASCII, which is the same in all encodings. */
function plain(line: Uint8Array): boolean {
  for (const byte of line) if (byte > 127) return false;
  return true;
}
