import {
  define,
  InputError,
  known,
  option,
  type Encoder,
  type ImageSet,
  type OptionTable,
  type Pretrain,
} from "../core";
import { measuredEncoder } from "./measuredEncoder";

/** How gradients are counted. */
export interface HogOptions {
  /** Directions that gradients are sorted into, over half a turn. @default 9 */
  readonly orientations?: number;
  /** Edge of a cell in pixels. @default 8 */
  readonly cell?: number;
  /** Edge of a block in cells. @default 2 */
  readonly block?: number;
}

const definition = define("hog", 1, {
  orientations: option.count({ default: 9 }),
  cell: option.integer({ min: 2, default: 8 }),
  block: option.count({ default: 2 }),
} satisfies OptionTable<HogOptions>);

/**
 * Histograms of oriented gradients: how strong gradients of each direction are in each cell, normalised over overlapping blocks of cells. Each image is first
 * divided by its own spread, so that units do not matter; of several channels the one with the strongest gradient counts at each pixel. Otherwise as scikit-image's
 * `hog` with block_norm "L2-Hys": no interpolation between directions or cells. Needs no training.
 * @throws InputError if an image is smaller than a block, or an option is out of range
 * @see Dalal & Triggs 2005, Histograms of oriented gradients for human detection, CVPR
 */
export function hog(given: HogOptions = {}): Pretrain {
  const { options, settings } = definition.resolve(given);
  const pretrain: Pretrain = (images) =>
    Promise.resolve().then(() => hogEncoder(images.shape, options));
  return known(pretrain, settings);
}
hog.definition = definition;

function hogEncoder(shape: ImageSet["shape"], sizes: Required<HogOptions>): Encoder {
  const { orientations, cell, block } = sizes;
  const [rows, columns] = [Math.floor(shape[0] / cell), Math.floor(shape[1] / cell)];
  if (Math.min(rows, columns) < block) {
    throw new InputError({
      got: `images of ${shape[0]} x ${shape[1]} pixels for blocks of ${block * cell} pixels`,
      expected: "images of at least one block",
      todo: "Lower cell or block.",
    });
  }
  const dim = (rows - block + 1) * (columns - block + 1) * block * block * orientations;
  return measuredEncoder({
    kind: "hog",
    shape,
    options: sizes,
    dim,
    measure: (image) => blockNorms(cellHistograms(image, shape, sizes), rows, columns, sizes),
  });
}

/** Mean gradient of each direction in each cell. [h*w*c] -> [rows*columns*orientations] */
function cellHistograms(
  image: Float32Array,
  [height, width, channels]: ImageSet["shape"],
  { orientations, cell }: Required<HogOptions>,
): Float64Array {
  const [rows, columns] = [Math.floor(height / cell), Math.floor(width / cell)];
  const out = new Float64Array(rows * columns * orientations);
  const scale = 1 / (deviation(image) * cell * cell);
  // A missing value must not vanish in the histogram of no direction.
  if (!Number.isFinite(scale)) return out.fill(NaN);
  for (let y = 0; y < rows * cell; y++) {
    for (let x = 0; x < columns * cell; x++) {
      const [across, down] = strongestGradient(image, height, width, channels, y, x);
      const turn = (((Math.atan2(down, across) * 180) / Math.PI) % 180) + 180;
      const direction = Math.min(orientations - 1, Math.floor(((turn % 180) * orientations) / 180));
      const place = Math.floor(y / cell) * columns + Math.floor(x / cell);
      out[place * orientations + direction] += Math.hypot(across, down) * scale;
    }
  }
  return out;
}

/** Differences across and down of the channel where they are largest; 0 at the border. */
function strongestGradient(
  image: Float32Array,
  height: number,
  width: number,
  channels: number,
  y: number,
  x: number,
): readonly [across: number, down: number] {
  const at = (row: number, column: number, k: number): number =>
    image[(row * width + column) * channels + k];
  let best: readonly [number, number] = [0, 0];
  for (let k = 0; k < channels; k++) {
    const across = x > 0 && x < width - 1 ? at(y, x + 1, k) - at(y, x - 1, k) : 0;
    const down = y > 0 && y < height - 1 ? at(y + 1, x, k) - at(y - 1, x, k) : 0;
    if (Math.hypot(across, down) > Math.hypot(...best)) best = [across, down];
  }
  return best;
}

/** Standard deviation of all values; 1 if they are all the same. */
function deviation(values: Float32Array): number {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2 / values.length;
  return squares === 0 ? 1 : Math.sqrt(squares);
}

/** Keeps empty blocks from dividing by 0. */
const epsilon = 1e-5;

/** Each block's histograms, brought to length 1, cut at 0.2, and brought to length 1 again. */
function blockNorms(
  cells: Float64Array,
  rows: number,
  columns: number,
  { orientations, block }: Required<HogOptions>,
): Float32Array {
  const size = block * block * orientations;
  const out = new Float32Array((rows - block + 1) * (columns - block + 1) * size);
  let to = 0;
  for (let top = 0; top + block <= rows; top++) {
    for (let left = 0; left + block <= columns; left++, to += size) {
      const values = new Float64Array(size);
      for (let r = 0; r < block; r++) {
        const from = ((top + r) * columns + left) * orientations;
        values.set(cells.subarray(from, from + block * orientations), r * block * orientations);
      }
      out.set(unit(unit(values).map((value) => (value > 0.2 ? 0.2 : value))), to);
    }
  }
  return out;
}

function unit(values: Float64Array): Float64Array {
  let squares = epsilon * epsilon;
  for (const value of values) squares += value * value;
  return values.map((value) => value / Math.sqrt(squares));
}
