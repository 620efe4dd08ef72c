import { isIgorWave } from "./igorWave";
import { createcMagics } from "./parseCreatec";
import { gsfMagic } from "./parseGsf";
import { matrixMagic } from "./matrixBlocks";
import { isNanonisDat } from "./parseNanonisDat";
import { nanonisGridMark } from "./parse3ds";
import { nanoscopeMagics } from "./parseNanoscope";
import { sm4Magic } from "./parseSm4";
import { vertMagic } from "./parseVert";

/** Formats of instrument files. */
export type ScanFormat =
  | "sxm"
  | "nanonis dat"
  | "nanonis 3ds"
  | "gwy"
  | "gsf"
  | "matrix"
  | "sm4"
  | "createc"
  | "createc vert"
  | "igor"
  | "nanoscope"
  | "jpk"
  | "hdf5"
  | "tiff"
  | "png"
  | "npy";

/** Tells the format of a file from its content, whatever its name says; undefined for one that is not known. */
export function scanFormat(bytes: Uint8Array): ScanFormat | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 65536));
  const text = head.toString("latin1", 0, 64);
  if (/^(\xef\xbb\xbf)?\s*:NANONIS_VERSION:/.test(text)) return "sxm";
  if (text.startsWith("GWYP") || text.startsWith("GWYO")) return "gwy";
  if (text.startsWith(gsfMagic)) return "gsf";
  if (text.startsWith(matrixMagic)) return "matrix";
  if (text.startsWith(vertMagic)) return "createc vert";
  if (nanoscopeMagics.some((magic) => text.startsWith(magic))) return "nanoscope";
  if (text.startsWith("\x89HDF\r\n\x1a\n")) return "hdf5";
  if (createcMagics.some((magic) => text.startsWith(magic))) return "createc";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (text.startsWith("\x93NUMPY")) return "npy";
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return "tiff";
  if (head.toString("utf16le", 2, 38).startsWith(sm4Magic)) return "sm4";
  if (isIgorWave(head)) return "igor";
  if (/^(\xef\xbb\xbf)?Grid dim=/m.test(text) || head.includes(nanonisGridMark))
    return "nanonis 3ds";
  return isNanonisDat(head) ? "nanonis dat" : undefined;
}
