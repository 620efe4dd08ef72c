import type * as FastPng from "fast-png";

/** Equal images side by side, as one picture. */
export interface Mosaic {
  /** PNG as a data address. */
  readonly source: string;
  /** Width in image pixels, gaps included. */
  readonly width: number;
  readonly height: number;
}

/** Where an image stands in the mosaic, in cells. */
export interface Tile {
  readonly row: number;
  readonly column: number;
  /** Values of one image, h*w*c. */
  readonly values: Float32Array;
}

/** How values become grey or colours. */
export interface MosaicOptions {
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly rows: number;
  readonly columns: number;
  /** Pixels between images. */
  readonly gap: number;
  /** The channel shown in grey, or "rgb" for three channels. */
  readonly channel: number | "rgb";
  /** Values that become black and white. */
  readonly range: (tile: Tile) => readonly [low: number, high: number];
}

/** Puts images side by side on white. Each pixel becomes a square of several, so that no viewer blurs it. */
export function mosaic(tiles: readonly Tile[], options: MosaicOptions): Mosaic {
  const { shape, rows, columns, gap, channel } = options;
  const [h, w] = shape;
  const width = columns * w + (columns - 1) * gap;
  const height = rows * h + (rows - 1) * gap;
  const bands = channel === "rgb" ? 3 : 1;
  const small = new Uint8Array(width * height * bands).fill(255);
  for (const tile of tiles) paint(small, tile, options, width, bands);
  const factor = Math.max(1, Math.ceil(120 / Math.max(h, w)));
  const data = enlarged(small, width, height, bands, factor);
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an ES module, loaded when first used
  const { encode } = require("fast-png") as typeof FastPng;
  const png = encode({ width: width * factor, height: height * factor, data, channels: bands });
  const source = `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
  return { source, width, height };
}

function paint(
  picture: Uint8Array,
  tile: Tile,
  { shape: [h, w, c], gap, channel, range }: MosaicOptions,
  width: number,
  bands: number,
): void {
  const [low, high] = range(tile);
  const scale = high > low ? 255 / (high - low) : 0;
  const left = tile.column * (w + gap);
  const top = tile.row * (h + gap);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      for (let band = 0; band < bands; band++) {
        const from = (y * w + x) * c + (channel === "rgb" ? band : channel);
        const level = Math.round((tile.values[from] - low) * scale);
        // A value that is not a number, as in a row never measured, stays white.
        const byte = Number.isNaN(level) ? 255 : Math.min(255, Math.max(0, level));
        picture[((top + y) * width + left + x) * bands + band] = byte;
      }
    }
  }
}

function enlarged(
  picture: Uint8Array,
  width: number,
  height: number,
  bands: number,
  factor: number,
): Uint8Array {
  const wide = width * factor * bands;
  const out = new Uint8Array(wide * height * factor);
  for (let y = 0; y < height; y++) {
    const line = out.subarray(y * factor * wide, (y * factor + 1) * wide);
    for (let x = 0; x < width * factor; x++) {
      const from = (y * width + Math.floor(x / factor)) * bands;
      for (let band = 0; band < bands; band++) line[x * bands + band] = picture[from + band];
    }
    for (let i = 1; i < factor; i++)
      out.copyWithin((y * factor + i) * wide, y * factor * wide, (y * factor + 1) * wide);
  }
  return out;
}
