import { unsuitable } from "../damaged";

/** How values lie in a block. */
export interface TiffBlockLayout {
  /** Pixels of a row. */
  readonly width: number;
  /** Values of one pixel in this block. */
  readonly samples: number;
  /** Bytes of one value. */
  readonly bytes: number;
  readonly littleEndian: boolean;
}

/**
 * Undoes, in place, what made a block easier to pack: 1 nothing, 2 differences along each row, 3 differences of floats
 * whose bytes were sorted by weight.
 * @throws InputError for other numbers
 * @see TIFF 6.0 specification, section 14; Adobe Photoshop TIFF Technical Note 3
 */
export function undoTiffPredictor(
  block: Uint8Array,
  predictor: number,
  layout: TiffBlockLayout,
  file: string,
): void {
  if (predictor === 1) return;
  if (predictor !== 2 && predictor !== 3) {
    throw unsuitable(
      file,
      `whose values were changed by predictor ${predictor} before they were packed`,
      "predictor 1, 2 or 3",
      "Export it again without compression.",
    );
  }
  const rowBytes = layout.width * layout.samples * layout.bytes;
  for (let from = 0; from + rowBytes <= block.length; from += rowBytes) {
    const row = block.subarray(from, from + rowBytes);
    if (predictor === 2) addDifferences(row, layout);
    else sortBytes(row, layout);
  }
}

function addDifferences(row: Uint8Array, { samples, bytes, littleEndian }: TiffBlockLayout): void {
  const stride = samples * bytes;
  const [low, step] = littleEndian ? [0, 1] : [bytes - 1, -1];
  for (let at = stride; at + bytes <= row.length; at += bytes) {
    let carry = 0;
    for (let i = 0, byte = at + low; i < bytes; i++, byte += step) {
      const sum = row[byte] + row[byte - stride] + carry;
      row[byte] = sum;
      carry = sum >> 8;
    }
  }
}

/** All most significant bytes of a row come first, then all second ones, whatever the byte order of the file. */
function sortBytes(row: Uint8Array, { samples, bytes, littleEndian }: TiffBlockLayout): void {
  for (let at = samples; at < row.length; at++) row[at] += row[at - samples];
  const sorted = row.slice();
  const values = row.length / bytes;
  for (let i = 0; i < values; i++) {
    for (let byte = 0; byte < bytes; byte++) {
      const weight = littleEndian ? bytes - 1 - byte : byte;
      row[i * bytes + byte] = sorted[weight * values + i];
    }
  }
}
