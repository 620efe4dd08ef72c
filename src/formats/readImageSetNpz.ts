import { defined, type ImageSet } from "../core";
import { sourceName } from "./byteSource";
import { unsuitable } from "./damaged";
import { readNpz } from "./readNpz";
import { readNpzImages } from "./readNpzImages";

/** The arrays that tell an archive of `writeNpzImages` from any other. */
const ownArrays = ["images", "labels", "classNames", "ids", "groups", "unit"];

/** Whether an archive holds the arrays that `writeNpzImages` writes. */
export function isImageSetNpz(names: readonly string[]): boolean {
  return ownArrays.every((name) => names.includes(name));
}

/**
 * Reads an image set that `writeNpzImages` wrote.
 * @throws InputError if it cannot be read, is damaged, or was written by something else
 */
export function readImageSetNpz(file: string | Uint8Array, name?: string): ImageSet {
  const npz = readNpz(file);
  if (!isImageSetNpz(npz.names)) {
    throw unsuitable(
      sourceName(file),
      `with the arrays ${npz.names.join(", ")}`,
      `an image set with the arrays ${ownArrays.join(", ")}`,
      "Say which of its arrays are images, labels and groups.",
    );
  }
  const has = (array: string): boolean => npz.names.includes(array);
  return readNpzImages({
    file,
    images: "images",
    labels: "labels",
    classNames: npz.read("classNames").data as readonly string[],
    ids: "ids",
    groups: "groups",
    unit: String(npz.read("unit").data[0]),
    ...(has("parts") ? { parts: "parts" } : {}),
    ...(has("windows") ? { positions: "positions", windows: "windows" } : {}),
    ...(has("nmPerPixel") ? { nmPerPixel: Number(npz.read("nmPerPixel").data[0]) } : {}),
    ...defined({ name }),
  });
}
