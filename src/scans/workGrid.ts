/** A scan's heights on pixels no smaller than needed. */
export interface WorkGrid {
  readonly data: Float64Array;
  readonly width: number;
  readonly height: number;
  /** Pixels of the scan in one pixel of the grid, on each axis. */
  readonly factors: readonly [x: number, y: number];
  /** Nanometres a pixel of the grid. */
  readonly nmPerPixel: readonly [x: number, y: number];
}

/** Means of whole blocks of pixels, as large as fit below `nm`; a block with a part that is not measured is not measured. */
export function workGrid(
  data: Float64Array,
  width: number,
  nmPerPixel: readonly [x: number, y: number],
  nm: number,
): WorkGrid {
  const full = data.length / width;
  const factor = (size: number, length: number): number =>
    Math.max(1, Math.min(length, Math.floor(nm / size + 1e-9)));
  const [fx, fy] = [factor(nmPerPixel[0], width), factor(nmPerPixel[1], full)];
  const scaled = [nmPerPixel[0] * fx, nmPerPixel[1] * fy] as const;
  if (fx === 1 && fy === 1)
    return { data, width, height: full, factors: [1, 1], nmPerPixel: scaled };
  const [columns, rows] = [Math.ceil(width / fx), Math.ceil(full / fy)];
  const sums = new Float64Array(columns * rows);
  const counts = new Float64Array(columns * rows);
  for (let y = 0; y < full; y++) {
    const to = Math.floor(y / fy) * columns;
    for (let x = 0; x < width; x++) {
      sums[to + Math.floor(x / fx)] += data[y * width + x];
      counts[to + Math.floor(x / fx)]++;
    }
  }
  return {
    data: sums.map((sum, i) => sum / counts[i]),
    width: columns,
    height: rows,
    factors: [fx, fy],
    nmPerPixel: scaled,
  };
}
