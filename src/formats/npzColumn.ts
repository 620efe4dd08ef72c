import { unsuitable } from "./damaged";
import type { NpyArray } from "./npyTypes";
import type { NpzFile } from "./readNpz";

/** An array of one value, or of `size` values, for each of n images. @throws InputError if it is missing or of another shape */
export function readColumn(
  npz: NpzFile,
  file: string,
  name: string,
  n: number,
  size?: number,
): NpyArray {
  const array = npz.read(name);
  const fits =
    array.shape[0] === n &&
    (size === undefined
      ? array.shape.length === 1 || (array.shape.length === 2 && array.shape[1] === 1)
      : array.shape.length === 2 && array.shape[1] === size);
  if (fits) return array;
  throw unsuitable(
    `${file}: ${name}`,
    `an array of shape (${array.shape.join(", ")}) beside ${n} images`,
    `shape (${n},${size === undefined ? "" : ` ${size}`})`,
    "Check that both belong together.",
  );
}

/** Whole numbers as numbers, text as text. @throws InputError if it holds floats */
export function textOrNumbers(
  { dtype, data }: NpyArray,
  file: string,
  name = "",
): readonly (string | number)[] {
  if (dtype === "str") return data as readonly string[];
  if (dtype.startsWith("float")) {
    throw unsuitable(
      `${file}: ${name}`,
      `an array of type ${dtype}`,
      "whole numbers or text",
      "Convert it in numpy, for example with astype(int).",
    );
  }
  return Array.from(data as ArrayLike<number | bigint>, Number);
}
