import { unsuitable } from "./damaged";
import { decodeJpeg } from "./decodeJpeg";
import { decodePng } from "./decodePng";

/** A decoded image: grey or red-green-blue, row-major, channels last. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** Bytes, or 16-bit values where the file has them. */
  readonly data: Uint8Array | Uint16Array;
}

/**
 * Decodes a PNG (1 to 16 bits, grey, colour or palette) or a JPEG (grey or colour). 16 bits stay 16 bits; colour
 * profiles, gamma and orientation tags are ignored, since they are about screens, not about data.
 * @param name what messages call the file
 * @throws InputError if it is damaged, of another kind, transparent, or beyond 64 million pixels
 */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<DecodedImage> {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return decodePng(bytes, name);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes, name);
  throw unsuitable(
    name,
    bytes.length === 0 ? "an empty file" : "which is neither PNG nor JPEG, whatever its name says",
    "a PNG or JPEG image",
    "Export it again, or take it out of the folder.",
  );
}
