import type { NetworkStage } from "../nets";

/** A map of few cells over an image. */
export interface CellMap {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, [rows*columns]. */
  readonly values: Float64Array;
  /** Where the cells lie: cell u is centred over pixel `stride * u + offset`. */
  readonly stride: number;
  readonly offset: number;
}

/**
 * Draws a map over its image: linear between the places where cells really lie, constant beyond the last. A plain resize takes cell u to lie over
 * `stride * u + (stride - 1) / 2` and is off by pixels, a row of atoms. [rows*columns] -> [height*width]
 */
export function cellsToPixels(
  { rows, columns, values, stride, offset }: CellMap,
  [height, width]: readonly [height: number, width: number, ...more: number[]],
): Float64Array {
  const place = (pixel: number, count: number): readonly [number, number, number] => {
    const at = Math.max(0, Math.min(count - 1, (pixel - offset) / stride));
    const first = Math.min(count - 1, Math.floor(at));
    return [first, Math.min(count - 1, first + 1), at - first];
  };
  const across = Array.from({ length: width }, (_, x) => place(x, columns));
  const out = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    const [top, bottom, t] = place(y, rows);
    for (let x = 0; x < width; x++) {
      const [left, right, s] = across[x];
      const upper = (1 - s) * values[top * columns + left] + s * values[top * columns + right];
      const lower = (1 - s) * values[bottom * columns + left] + s * values[bottom * columns + right]; // prettier-ignore
      out[y * width + x] = (1 - t) * upper + t * lower;
    }
  }
  return out;
}

/** A map with the place of its stage. */
export function cellMap(
  values: Float64Array,
  [rows, columns]: readonly [number, number],
  { stride, offset }: NetworkStage,
): CellMap {
  return { rows, columns, values, stride, offset };
}
