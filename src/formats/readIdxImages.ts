import { imageSet, type ImageSet } from "../core";
import { sourceName } from "./byteSource";
import { damaged, unsuitable } from "./damaged";
import { readIdx } from "./readIdx";

/** The files of a set in the format of MNIST. */
export interface IdxImagesOptions {
  /** File of images: n,h,w or n,h,w,c bytes. */
  readonly images: string | Uint8Array;
  /** File of labels: n bytes. @default all unlabelled */
  readonly labels?: string | Uint8Array;
  /** @default "0" to "9" */
  readonly classNames?: readonly string[];
  /** @default "idx" */
  readonly name?: string;
}

const digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/**
 * Reads images and labels in the format of MNIST; ids are the places in the file.
 * @throws InputError if a file is damaged, of the wrong type, or there is not one label for each image
 */
export function readIdxImages({
  images,
  labels,
  classNames = digits,
  name = "idx",
}: IdxImagesOptions): ImageSet {
  const { shape, dtype, data } = readIdx(images);
  if (dtype !== "uint8" || shape.length < 3 || shape.length > 4 || shape.includes(0)) {
    throw unsuitable(
      sourceName(images),
      `an array of type ${dtype} and shape (${shape.join(", ")})`,
      "images: bytes of shape (n, height, width)",
      "Name the file of images; labels are given by themselves.",
    );
  }
  const [, height, width, channels = 1] = shape;
  return imageSet({
    name,
    pixels: data as Uint8Array,
    shape: [height, width, channels],
    classNames,
    ...(labels === undefined ? {} : { labels: readLabels(labels, shape[0], classNames.length) }),
  });
}

function readLabels(input: string | Uint8Array, n: number, classes: number): Uint8Array {
  const name = sourceName(input);
  const { shape, dtype, data } = readIdx(input);
  if (dtype !== "uint8" || shape.length !== 1 || shape[0] !== n) {
    throw unsuitable(
      name,
      `an array of type ${dtype} and shape (${shape.join(", ")}) beside ${n} images`,
      `${n} labels, bytes`,
      "Check that images and labels belong together.",
    );
  }
  const labels = data as Uint8Array;
  const wrong = labels.find((label) => label >= classes);
  if (wrong !== undefined) {
    throw damaged(name, `it holds the label ${wrong} where there are ${classes} classes`);
  }
  return labels;
}
