import { checkBudget } from "../core";
import { unsuitable } from "./damaged";
import { decodeJpeg } from "./decodeJpeg";
import { decodePng } from "./decodePng";
import { decodeScanImage } from "./decodeScanImage";
import { decodeNpyImage } from "./decodeNpyImage";
import { decodeTiffImage } from "./decodeTiffImage";
import { scanFormat } from "./instruments/scanFormat";

/** A decoded image: grey or red-green-blue, row-major, channels last. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** Bytes, or 16-bit values where the file has them; floats of what measures something. */
  readonly data: Uint8Array | Uint16Array | Float32Array;
  /** Unit of floats: "pm" for heights; left out where the file does not say it. */
  readonly unit?: string;
  readonly nmPerPixel?: number;
}

/** Endings of files that `decodeImage` reads. */
export const imageEndings = /\.(png|jpe?g|tiff?|npy|sxm|gwy|gsf|sm4|ibw|spm|jpk)$/i;

/**
 * Decodes a PNG (1 to 16 bits, grey, colour or palette), a JPEG (grey or colour), a TIFF (8 or 16 bits, or floats), a numpy
 * array of one image, or the scan of an instrument's file, of which the heights are taken. 16 bits stay 16 bits; colour
 * profiles, gamma and orientation tags are ignored, since they are about screens, not about data.
 * @param name what messages call the file
 * @throws InputError if it is damaged, of another kind, transparent, or beyond 64 million pixels
 */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<DecodedImage> {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return decodePng(bytes, name);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes, name);
  checkBudget(name, bytes.length);
  const format = scanFormat(bytes);
  if (format === "tiff") return decodeTiffImage(bytes, name);
  if (format === "npy") return decodeNpyImage(bytes, name);
  if (format !== undefined) return decodeScanImage(bytes, name);
  throw unsuitable(
    name,
    bytes.length === 0
      ? "an empty file"
      : "which is neither PNG nor JPEG, nor TIFF, NPY or a scan, whatever its name says",
    "an image",
    "Export it again, or take it out of the folder.",
  );
}
