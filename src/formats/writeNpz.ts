import { zipSync, type Zippable } from "fflate";
import { InputError } from "../core";
import { writeNpy, type WritableArray } from "./writeNpy";

/** How to write an archive of arrays. */
export interface WriteNpzOptions {
  /** Deflate the arrays, as `numpy.savez_compressed` does. @default true */
  readonly compress?: boolean;
}

/** Archives beyond this would need zip64, in bytes. */
const largestArchive = 2 ** 32 - 2 ** 20;

/**
 * Writes a numpy archive that `numpy.load` reads; the same arrays give the same bytes.
 * @throws InputError if a shape does not fit its values, or the arrays are larger than 4 GB
 */
export function writeNpz(
  arrays: Readonly<Record<string, WritableArray>>,
  { compress = true }: WriteNpzOptions = {},
): Uint8Array {
  const files: Zippable = {};
  let total = 0;
  for (const [name, array] of Object.entries(arrays)) {
    const bytes = writeNpy(array);
    total += bytes.length;
    files[`${name}.npy`] = bytes;
  }
  if (total > largestArchive) {
    throw new InputError({
      got: `arrays of ${(total / 1e9).toFixed(1)} GB for one file`,
      expected: "at most 4 GB",
      todo: "Write the images in several files.",
    });
  }
  // A date of its own would make every file differ; the library counts in local time.
  return zipSync(files, { level: compress ? 6 : 0, mtime: new Date(1980, 0, 1) });
}
