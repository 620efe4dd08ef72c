import { damaged } from "../damaged";
import { byteCursor, type ByteCursor } from "./byteCursor";

/** First bytes of data and parameter files. */
export const matrixMagic = "ONTMATRX0101";

/** Blocks without a time stamp between their length and their content. */
const timeless = new Set(["REFX", "NACS", "TCID", "SCHC", "TSNI", "SXNC", "LNEG", "CSED", "ATAD"]);

/** A block: its name, spelt backwards as in the file, and its content. */
export interface MatrixBlock {
  readonly id: string;
  readonly content: Uint8Array;
}

/** Goes through the blocks of a stream; a last block that is cut short comes as far as it is there. */
export function* matrixBlocks(
  bytes: Uint8Array,
  file: string,
  from: number,
): Generator<MatrixBlock> {
  const cursor = byteCursor(bytes, file, from);
  while (cursor.left >= 8) {
    const id = Buffer.from(cursor.view(4)).toString("latin1");
    if (!/^[A-Z]{4}$/.test(id)) throw damaged(file, `a block at byte ${cursor.at - 4} has no name`);
    const length = cursor.u32();
    if (!timeless.has(id)) cursor.skip(Math.min(8, cursor.left));
    yield { id, content: cursor.view(Math.min(length, cursor.left)) };
  }
}

/** Text with its length before it. @throws InputError beyond the end */
export function matrixText(cursor: ByteCursor): string {
  return cursor.utf16(cursor.u32());
}

/** A value with its type before it, as text and as a number. @throws InputError if the type is unknown */
export function matrixValue(cursor: ByteCursor, file: string): string {
  const type = Buffer.from(cursor.view(4)).toString("latin1");
  if (type === "GNOL") return String(cursor.i32());
  if (type === "LOOB") return String(cursor.u32() !== 0);
  if (type === "BUOD") return String(cursor.f64());
  if (type === "GRTS") return matrixText(cursor);
  throw damaged(file, `a parameter has the unknown type ${JSON.stringify(type)}`);
}
