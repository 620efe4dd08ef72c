import { defined, checkBudget, type ImageSet } from "../core";
import type { WritableArray } from "./writeNpy";
import { writeNpz, type WriteNpzOptions } from "./writeNpz";

/**
 * The arrays that hold an image set: `images` (float32, as read), `labels`, `classNames`, `ids`, `groups`, and where the
 * set has them `parts`, `positions` (column, row), `windows` (edge) and `nmPerPixel`; `unit` always.
 */
export function imageSetArrays(set: ImageSet): Record<string, WritableArray> {
  const n = set.ids.length;
  // The values, and the archive.
  checkBudget(set.name, 8 * n * set.shape[0] * set.shape[1] * set.shape[2]);
  const column = (data: WritableArray["data"]): WritableArray => ({ shape: [n], data });
  const all = Int32Array.from({ length: n }, (_, i) => i);
  return {
    images: { shape: [n, ...set.shape], data: set.pixels.read(all) },
    labels: column(set.labels),
    classNames: { shape: [set.classNames.length], data: set.classNames },
    ids: column(set.ids),
    groups: column(set.groups),
    unit: { shape: [1], data: [set.unit] },
    ...(set.nmPerPixel === undefined
      ? {}
      : { nmPerPixel: { shape: [1], data: Float64Array.of(set.nmPerPixel) } }),
    ...defined({ parts: set.parts && column(set.parts) }),
    ...(set.windows === undefined
      ? {}
      : {
          positions: {
            shape: [n, 2],
            data: Float64Array.from(set.windows.flatMap(({ x, y }) => [x, y])),
          },
          windows: column(Float64Array.from(set.windows, ({ size }) => size)),
        }),
  };
}

/** Writes an image set as a numpy archive with the arrays of `imageSetArrays`. */
export function writeNpzImages(set: ImageSet, options: WriteNpzOptions = {}): Uint8Array {
  return writeNpz(imageSetArrays(set), options);
}
