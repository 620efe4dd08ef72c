import type { ImageSet, Progress } from "../core";
import { assembleImages, type ImageFilesOptions } from "./assembleImages";
import { sourceName, withBytesAsync } from "./byteSource";
import { damaged } from "./damaged";
import { placeImages } from "./imageLayout";
import { listZip } from "./listZip";
import { readZipEntry } from "./readZipEntry";

/**
 * Reads PNG, JPEG, TIFF and NPY images, and the heights of single scans, from a zip archive, laid out as `readImageFolder` says; one folder around everything is
 * left out. Only the images that are wanted are unpacked, one at a time.
 * @throws InputError as `readImageFolder`, or if it is no whole zip archive
 */
export function readImageZip(
  input: string | Uint8Array,
  options: ImageFilesOptions = {},
  on: Progress = {},
): Promise<ImageSet> {
  return withBytesAsync(input, async (source) => {
    const entries = new Map(listZip(source).map((entry) => [entry.name, entry]));
    const placed = placeImages([...entries.keys()], sourceName(input), options);
    return assembleImages(
      placed,
      ({ path }) => {
        const entry = entries.get(path);
        if (entry === undefined) throw damaged(source.name, `"${path}" is missing`);
        return readZipEntry(source, entry);
      },
      sourceName(input),
      options,
      on,
    );
  });
}
