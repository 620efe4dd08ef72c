import { checkNumber } from "../../core";
import { unsuitable } from "../damaged";
import type { SiUnit } from "./siUnit";

/** What the reader of an image may add to what the file says. */
export interface LateralOptions {
  /** Size of a pixel, one number where pixels are square, in nm, for files that give none; it never replaces what they give. */
  readonly nmPerPixel?: number | readonly [x: number, y: number];
}

/** What a file says of its frame. */
export interface LateralClaim {
  readonly width: number;
  readonly height: number;
  /** Frame size in `unit`; left out where the file says nothing. */
  readonly size?: readonly [x: number, y: number];
  readonly unit?: SiUnit;
}

/**
 * Frame size in metres, from the file, and where it gives none from the caller.
 * @throws InputError if neither gives one: a guess would make every length and area wrong
 */
export function lateralSize(
  file: string,
  { width, height, size, unit }: LateralClaim,
  { nmPerPixel }: LateralOptions,
): [x: number, y: number] {
  if (size !== undefined && unit?.unit === "m" && size.every((length) => length > 0)) {
    return [size[0] * unit.factor, size[1] * unit.factor];
  }
  const otherKind = size !== undefined && unit !== undefined && unit.unit !== "";
  if (nmPerPixel !== undefined && !otherKind) {
    const pair = typeof nmPerPixel === "number" ? [nmPerPixel, nmPerPixel] : nmPerPixel;
    const [x, y] = pair.map((value) =>
      checkNumber("nmPerPixel", value, { min: 0, aboveMin: true }),
    );
    return [x * 1e-9 * width, y * 1e-9 * height];
  }
  if (otherKind) {
    throw unsuitable(
      file,
      `whose frame is ${size[0]} x ${size[1]} in ${unit.unit}`,
      "a frame in a unit of length",
      "Such an image, a Fourier transform for example, is no picture of a surface.",
    );
  }
  throw unsuitable(
    file,
    size === undefined
      ? "which says nothing of its size on the surface"
      : `whose frame is ${size[0]} x ${size[1]} without a unit of length`,
    "a size of the pixels",
    "Give the size of a pixel with nmPerPixel: 0.1, or --nm-per-pixel 0.1 on the command line, for example.",
  );
}
