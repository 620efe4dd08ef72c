import { checkNumber, InputError, type ImageWindow } from "../core";
import { sourceName } from "./byteSource";
import { unsuitable } from "./damaged";
import type { NpyArray } from "./npyTypes";
import { readColumn } from "./npzColumn";
import type { NpzFile } from "./readNpz";
import type { NpzImagesOptions } from "./readNpzImages";

/** Where each image was cut from its group. @throws InputError if positions or edges are missing or no numbers */
export function windowsOf(
  { windows, positionOrder = "xy", file, positions }: NpzImagesOptions,
  places: NpyArray | undefined,
  groups: readonly string[] | undefined,
  npz: NpzFile,
  n: number,
): ImageWindow[] | undefined {
  if (places === undefined && windows === undefined) return undefined;
  if (places === undefined || windows === undefined) {
    throw new InputError({
      got: places === undefined ? "windows without positions" : "positions without windows",
      expected: "both, or neither",
      todo: "Give the positions' array and the edge of the windows, so that overlap can be told.",
    });
  }
  if (places.dtype === "str") {
    throw unsuitable(
      `${sourceName(file)}: ${positions ?? ""}`,
      "an array of text",
      "an array of numbers",
      "Name the array of places.",
    );
  }
  const sizes = windowSizes(windows, groups, npz, n, sourceName(file));
  const values = Array.from(places.data as ArrayLike<number | bigint>, Number);
  const [x, y] = positionOrder === "xy" ? [0, 1] : [1, 0];
  return sizes.map((size, i) => ({
    x: checkNumber("a window's place", values[2 * i + x]),
    y: checkNumber("a window's place", values[2 * i + y]),
    size: checkNumber("the edge of a window", size, { min: 0, aboveMin: true }),
  }));
}

function windowSizes(
  windows: number | string | Readonly<Record<string, number>>,
  groups: readonly string[] | undefined,
  npz: NpzFile,
  n: number,
  file: string,
): number[] {
  if (typeof windows === "number") return new Array<number>(n).fill(windows);
  if (typeof windows === "string") {
    return textOrSizes(readColumn(npz, file, windows, n), file, windows);
  }
  return Array.from({ length: n }, (_, i) => {
    const group = groups?.[i] ?? "";
    if (Object.hasOwn(windows, group)) return windows[group];
    throw new InputError({
      got:
        groups === undefined
          ? "windows by group without groups"
          : `no window for the group "${group}"`,
      expected: "one edge for all, or one for each group",
      todo: "Complete the windows.",
    });
  });
}

function textOrSizes(array: NpyArray, file: string, name: string): number[] {
  if (array.dtype !== "str") return Array.from(array.data as ArrayLike<number | bigint>, Number);
  throw unsuitable(`${file}: ${name}`, "an array of text", "an array of numbers", "Name another.");
}
