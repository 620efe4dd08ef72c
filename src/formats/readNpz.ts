import { InputError, nearestName } from "../core";
import { sourceName, withBytes } from "./byteSource";
import { parseNpy } from "./readNpy";
import type { NpyArray } from "./npyTypes";
import { listZip } from "./listZip";
import { readZipEntry } from "./readZipEntry";

/** The arrays of a numpy archive; each is read when it is asked for. */
export interface NpzFile {
  /** Names of the arrays, in the order of the file. */
  readonly names: readonly string[];
  /** One array. @throws InputError if there is none of this name, or it is damaged */
  read(name: string): NpyArray;
}

/**
 * Opens a numpy archive (`numpy.savez`, `numpy.savez_compressed`) and lists its arrays.
 * @throws InputError if it cannot be read or is no such archive
 */
export function readNpz(input: string | Uint8Array): NpzFile {
  const file = sourceName(input);
  const entries = withBytes(input, listZip).filter(({ name }) => name.endsWith(".npy"));
  const names = entries.map(({ name }) => name.slice(0, -4));
  if (names.length === 0) {
    throw new InputError({
      got: `"${file}", a zip archive without arrays`,
      expected: "an archive that numpy.savez wrote",
      todo: "Check the path; images in a zip are read as a zip, not as npz.",
    });
  }
  return {
    names,
    read: (name) => {
      const entry = entries[names.indexOf(name)];
      if (entry === undefined) throw unknownArray(file, name, names);
      return parseNpy(
        withBytes(input, (source) => readZipEntry(source, entry)),
        `${file}: ${name}`,
      );
    },
  };
}

function unknownArray(file: string, name: string, names: readonly string[]): InputError {
  const near = nearestName(name, names);
  return new InputError({
    got: `the array "${name}", which "${file}" does not hold`,
    expected: `one of ${names.join(", ")}`,
    todo: near === undefined ? "Name one of these." : `Did you mean "${near}"?`,
  });
}
