import * as fs from "node:fs";
import * as path from "node:path";
import { imageSet, InputError, type ImageSet, type Pixels, type SetPart } from "../core";
import { readAllBytes, withBytes } from "./byteSource";
import { damaged } from "./damaged";
import { joinParts } from "./joinParts";

/** How to read STL-10. */
export interface Stl10Options {
  /** @default "stl-10" */
  readonly name?: string;
  /** Only this part. @default all whose files are there */
  readonly part?: SetPart;
}

const classNames = [
  "airplane",
  "bird",
  "car",
  "cat",
  "deer",
  "dog",
  "horse",
  "monkey",
  "ship",
  "truck",
];

const edge = 96;
const plane = edge * edge;
const imageBytes = 3 * plane;

/** The published files of each part, in the archive's folder `stl10_binary`. */
export const stl10Files: readonly {
  readonly part: SetPart;
  readonly images: string;
  readonly labels?: string;
}[] = [
  { part: "train", images: "train_X.bin", labels: "train_y.bin" },
  { part: "test", images: "test_X.bin", labels: "test_y.bin" },
  { part: "unlabelled", images: "unlabeled_X.bin" },
];

/**
 * Reads STL-10 from a folder with its binary files. Images stay in the files until they are asked for, since the 100 000
 * unlabelled ones take 2.8 GB.
 * @throws InputError if no part is there, or a file is damaged
 * @see Coates, Lee, Ng 2011, "An analysis of single-layer networks in unsupervised feature learning", and the set's page
 */
export function readStl10(folder: string, { name = "stl-10", part }: Stl10Options = {}): ImageSet {
  const parts = stl10Files
    .filter((its) => part === undefined || its.part === part)
    .filter(({ images }) => fs.existsSync(path.join(folder, images)))
    .map((its) => ({
      part: its.part,
      set: readPart(
        name,
        path.join(folder, its.images),
        its.labels && path.join(folder, its.labels),
      ),
    }));
  if (parts.length > 0) return joinParts(name, parts);
  throw new InputError({
    got: `"${folder}" without ${part ?? "any"} images of STL-10`,
    expected: stl10Files.map(({ images }) => images).join(", "),
    todo: "Name the folder of the unpacked archive stl10_binary.tar.gz.",
  });
}

function readPart(name: string, images: string, labels: string | undefined): ImageSet {
  const n = withBytes(images, ({ size }) => size) / imageBytes;
  if (!Number.isInteger(n) || n === 0) {
    throw damaged(images, `it holds no whole number of ${imageBytes}-byte images`);
  }
  return imageSet({
    name,
    pixels: columnMajorPlanes(images),
    shape: [edge, edge, 3],
    classNames,
    ids: Array.from({ length: n }, (_, i) => String(i)),
    ...(labels === undefined ? {} : { labels: readLabels(labels, n) }),
  });
}

/** Labels count from 1 in the file. */
function readLabels(file: string, n: number): Int32Array {
  const bytes = readAllBytes(file);
  if (bytes.length !== n) throw damaged(file, `it holds ${bytes.length} labels for ${n} images`);
  const wrong = bytes.find((label) => label < 1 || label > classNames.length);
  if (wrong !== undefined) throw damaged(file, `it holds the label ${wrong}`);
  return Int32Array.from(bytes, (label) => label - 1);
}

/** Each image is three colour planes, each plane column by column. */
function columnMajorPlanes(file: string): Pixels {
  return {
    read: (indices) =>
      withBytes(file, (source) => {
        const out = new Float32Array(indices.length * imageBytes);
        for (let i = 0; i < indices.length; i++) {
          const bytes = source.read(indices[i] * imageBytes, imageBytes);
          for (let at = 0; at < plane; at++) {
            const to = i * imageBytes + 3 * ((at % edge) * edge + Math.floor(at / edge));
            for (let c = 0; c < 3; c++) out[to + c] = bytes[c * plane + at] / 255;
          }
        }
        return out;
      }),
  };
}
