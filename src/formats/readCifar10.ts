import * as fs from "node:fs";
import * as path from "node:path";
import { explainFileError, imageSet, InputError, type ImageSet, type SetPart } from "../core";
import { readAllBytes } from "./byteSource";
import { damaged } from "./damaged";
import { readTar } from "./tar";

/** How to read CIFAR-10. */
export interface Cifar10Options {
  /** @default "cifar-10" */
  readonly name?: string;
  /** Only this part. @default both */
  readonly part?: SetPart;
}

const classNames = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];

const edge = 32;
const plane = edge * edge;
/** A label and three colour planes. */
const recordBytes = 1 + 3 * plane;

/** Larger than a published batch, so that no wrong file fills the memory. */
const mostBytes = 2 ** 28;

/** The files in the order in which their images come. */
const batches: readonly (readonly [file: string, part: SetPart])[] = [
  ["data_batch_1.bin", "train"],
  ["data_batch_2.bin", "train"],
  ["data_batch_3.bin", "train"],
  ["data_batch_4.bin", "train"],
  ["data_batch_5.bin", "train"],
  ["test_batch.bin", "test"],
];

/**
 * Reads CIFAR-10 in its binary version: the archive as published (`cifar-10-binary.tar.gz`), a folder with its `.bin`
 * files, or these files by name. Batches that are not there are left out.
 * @throws InputError if nothing is there, or a file is damaged
 * @see Krizhevsky 2009, "Learning multiple layers of features from tiny images", and the set's page, "Binary version"
 */
export async function readCifar10(
  input: string | ReadonlyMap<string, Uint8Array>,
  { name = "cifar-10", part }: Cifar10Options = {},
): Promise<ImageSet> {
  const files = typeof input === "string" ? await readFiles(input) : input;
  const chosen = batches.filter(
    ([file, its]) => files.has(file) && (part === undefined || its === part),
  );
  if (chosen.length === 0) throw noBatches(input, part);
  const counts = chosen.map(([file]) => countRecords(file, files.get(file)));
  const n = counts.reduce((sum, count) => sum + count, 0);
  const pixels = new Uint8Array(n * 3 * plane);
  const labels = new Uint8Array(n);
  const ids: string[] = [];
  const parts: SetPart[] = [];
  chosen.forEach(([file, its], b) => {
    const bytes = files.get(file) ?? new Uint8Array(0);
    for (let i = 0; i < counts[b]; i++) {
      const at = ids.length;
      labels[at] = readRecord(bytes, i, pixels, at, file);
      ids.push(`${file.replace(".bin", "")}/${String(i).padStart(4, "0")}`);
      parts.push(its);
    }
  });
  return imageSet({ name, pixels, shape: [edge, edge, 3], labels, classNames, ids, parts });
}

async function readFiles(input: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  if (isFolder(input)) {
    for (const [file] of batches) {
      const where = path.join(input, file);
      if (fs.existsSync(where)) files.set(file, readAllBytes(where));
    }
    return files;
  }
  await readTar(input, (where, size) => {
    const file = path.posix.basename(where);
    if (!batches.some(([batch]) => batch === file)) return undefined;
    if (size > mostBytes) throw damaged(file, `its size is given as ${size} bytes`);
    const pieces: Uint8Array[] = [];
    return {
      write: (piece) => pieces.push(Uint8Array.prototype.slice.call(piece)),
      end: () => files.set(file, Buffer.concat(pieces)),
    };
  });
  return files;
}

function isFolder(input: string): boolean {
  try {
    return fs.statSync(input).isDirectory();
  } catch (error) {
    throw explainFileError(error, input, "read");
  }
}

function countRecords(file: string, bytes: Uint8Array | undefined): number {
  const count = (bytes?.length ?? 0) / recordBytes;
  if (Number.isInteger(count) && count > 0) return count;
  throw damaged(
    file,
    `its ${bytes?.length} bytes are no whole number of ${recordBytes}-byte images`,
  );
}

/** Copies one image from planes to channels last; gives its label. */
function readRecord(
  bytes: Uint8Array,
  record: number,
  pixels: Uint8Array,
  image: number,
  file: string,
): number {
  const from = record * recordBytes;
  const to = image * 3 * plane;
  for (let i = 0; i < plane; i++) {
    pixels[to + 3 * i] = bytes[from + 1 + i];
    pixels[to + 3 * i + 1] = bytes[from + 1 + plane + i];
    pixels[to + 3 * i + 2] = bytes[from + 1 + 2 * plane + i];
  }
  const label = bytes[from];
  if (label < classNames.length) return label;
  throw damaged(file, `its image ${record} has the label ${label}`);
}

function noBatches(
  input: string | ReadonlyMap<string, Uint8Array>,
  part: SetPart | undefined,
): InputError {
  return new InputError({
    got: `${typeof input === "string" ? `"${input}"` : "files"} without ${part ?? "any"} batch of CIFAR-10`,
    expected: batches.map(([file]) => file).join(", "),
    todo: "Name the archive cifar-10-binary.tar.gz or the folder of its files; the Python and Matlab versions are not read.",
  });
}
