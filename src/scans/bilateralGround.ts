/** Heights and what they are worth on a grid of places and heights. */
interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly layers: number;
  readonly sums: Float32Array;
  readonly weights: Float32Array;
}

/** How far around a place counts. */
export interface GroundOptions {
  /** Edge of a cell in pixels; what counts falls off over about 1.1 of it. */
  readonly cell: number;
  /** Height of a cell in the unit of the heights: what differs by more belongs to another terrace. */
  readonly layer: number;
}

/** More layers cost memory; terraces that far apart need no finer ones. */
const mostLayers = 64;
/** Cells without at least this weight tell nothing. */
const leastWeight = 0.05;

/**
 * The mean height around each pixel over those that lie on the same terrace, as a guide tells: a smooth background that
 * jumps where the guide jumps. Pixels with `counts` 0 take no part.
 * @param guide rough height of the terrace under each pixel
 * @see Chen, Paris & Durand 2007, ACM Trans. Graph. 26, 103, the bilateral grid
 */
export function bilateralGround(
  data: Float32Array,
  guide: Float32Array,
  width: number,
  counts: Uint8Array,
  options: GroundOptions,
): Float32Array {
  const height = data.length / width;
  const [low, high] = guideRange(guide);
  const layer = Math.max(options.layer, (high - low) / (mostLayers - 4), Number.MIN_VALUE);
  const columns = Math.floor((width - 1) / options.cell) + 4;
  const rows = Math.floor((height - 1) / options.cell) + 4;
  const layers = Math.floor((high - low) / layer) + 4;
  const length = columns * rows * layers;
  const grid: Grid = {
    columns,
    rows,
    layers,
    sums: new Float32Array(length),
    weights: new Float32Array(length),
  };
  const layerOf = (value: number): number => (Math.min(high, Math.max(low, value)) - low) / layer + 1; // prettier-ignore
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.round(y / options.cell) + 1;
    for (let x = 0; x < width; x++, i++) {
      if (counts[i] === 0) continue;
      const column = Math.round(x / options.cell) + 1;
      const at = (Math.round(layerOf(guide[i])) * rows + row) * columns + column;
      grid.sums[at] += data[i];
      grid.weights[at]++;
    }
  }
  for (const values of [grid.sums, grid.weights]) blurGrid(values, grid);
  return slice(grid, guide, width, options.cell, layerOf);
}

/** The guide without the outermost thousandths, which are particles and holes. */
function guideRange(guide: Float32Array): [number, number] {
  const step = Math.max(1, Math.floor(guide.length / 20_000));
  const some: number[] = [];
  for (let i = 0; i < guide.length; i += step) if (!Number.isNaN(guide[i])) some.push(guide[i]);
  const order = Float64Array.from(some).sort();
  const cut = Math.floor(0.002 * order.length);
  return [order[cut] ?? 0, order[order.length - 1 - cut] ?? 0];
}

/** Binomial weights 1 4 6 4 1 over places, 1 2 1 over heights. */
function blurGrid(values: Float32Array, { columns, rows, layers }: Grid): void {
  blurLines(values, 1, columns, [rows * layers, columns], 2);
  blurLines(values, columns, rows, [columns, 1], 2, [layers, rows * columns]);
  blurLines(values, rows * columns, layers, [rows * columns, 1], 1);
}

/** `passes` of 1 2 1 along lines of `count` values `stride` apart. */
function blurLines(
  values: Float32Array,
  stride: number,
  count: number,
  [lines, apart]: readonly [number, number],
  passes: number,
  [blocks, blockApart]: readonly [number, number] = [1, 0],
): void {
  const line = new Float32Array(count + 2);
  for (let block = 0; block < blocks; block++) {
    for (let n = 0; n < lines; n++) {
      const from = block * blockApart + n * apart;
      for (let pass = 0; pass < passes; pass++) {
        for (let k = 0; k < count; k++) line[k + 1] = values[from + k * stride];
        for (let k = 0; k < count; k++)
          values[from + k * stride] = 0.25 * line[k] + 0.5 * line[k + 1] + 0.25 * line[k + 2];
      }
    }
  }
}

/** What the grid says at each pixel and its guide, between cells; NaN where it says nothing. */
function slice(
  { columns, rows, sums, weights }: Grid,
  guide: Float32Array,
  width: number,
  cell: number,
  layerOf: (value: number) => number,
): Float32Array {
  const result = new Float32Array(guide.length);
  const height = guide.length / width;
  for (let y = 0, i = 0; y < height; y++) {
    const v = y / cell + 1;
    const row = Math.floor(v);
    const t = v - row;
    for (let x = 0; x < width; x++, i++) {
      const u = x / cell + 1;
      const column = Math.floor(u);
      const s = u - column;
      const w = layerOf(guide[i]);
      const layer = Math.floor(w);
      const r = w - layer;
      let [sum, weight] = [0, 0];
      for (let k = 0; k < 2; k++) {
        const at = ((layer + k) * rows + row) * columns + column;
        const share = k === 0 ? 1 - r : r;
        const [a, b] = [share * (1 - t), share * t];
        const [p, q] = [at, at + columns];
        sum +=
          a * ((1 - s) * sums[p] + s * sums[p + 1]) + b * ((1 - s) * sums[q] + s * sums[q + 1]);
        weight +=
          a * ((1 - s) * weights[p] + s * weights[p + 1]) +
          b * ((1 - s) * weights[q] + s * weights[q + 1]);
      }
      result[i] = weight > leastWeight ? sum / weight : NaN;
    }
  }
  return result;
}
