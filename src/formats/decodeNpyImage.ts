import { checkImageSize } from "./checkImageSize";
import { unsuitable } from "./damaged";
import type { DecodedImage } from "./decodeImage";
import { parseNpy } from "./readNpy";

/** A numpy array of shape (h, w), (h, w, 1) or (h, w, 3): bytes and 16 bits as they are, anything else as floats. @throws InputError as `decodeImage` */
export function decodeNpyImage(bytes: Uint8Array, name: string): DecodedImage {
  const { shape, dtype, data } = parseNpy(bytes, name);
  const [height, width, channels = 1] = shape;
  if (
    shape.length < 2 ||
    shape.length > 3 ||
    (channels !== 1 && channels !== 3) ||
    dtype === "str"
  ) {
    throw unsuitable(
      name,
      `an array of shape (${shape.join(", ")})`,
      "one image of shape (height, width), or with 3 colours",
      "Save each image as an array of its own; of arrays of many images in one archive, read them as npz.",
    );
  }
  checkImageSize(width, height, name);
  if (dtype === "uint8" || dtype === "uint16")
    return { width, height, channels, data: data as Uint8Array | Uint16Array };
  const values = Float32Array.from(data as ArrayLike<number | bigint>, Number);
  return { width, height, channels, data: onlyFinite(values, name) };
}

/** @throws InputError if a value is none */
export function onlyFinite(values: Float32Array, name: string): Float32Array {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return values;
  throw unsuitable(
    name,
    `which holds the value ${values[at]}`,
    "finite numbers",
    "Leave such images out, or fill the gaps first.",
  );
}
