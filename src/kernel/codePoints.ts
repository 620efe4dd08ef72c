/*
 * Jupyter counts positions in Unicode code points, JavaScript in UTF-16 units.
 */

/** The UTF-16 offset of a position in code points; a position behind the end is the end. */
export function utf16Offset(text: string, codePoints: number): number {
  let offset = 0;
  for (let seen = 0; seen < codePoints && offset < text.length; seen += 1)
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  return offset;
}

/** The position in code points of a UTF-16 offset. */
export function codePointOffset(text: string, offset: number): number {
  return [...text.slice(0, offset)].length;
}
