import type * as FastPng from "fast-png";

/** How heights become colours. */
export type ScanColours = "grey" | "gold" | "viridis";

/** Names of all colour maps of scans. */
export const scanColours: readonly ScanColours[] = ["grey", "gold", "viridis"];

/** Colours from the lowest to the highest value, equally far apart. */
const stops: Readonly<Record<ScanColours, readonly string[]>> = {
  grey: ["#000000", "#ffffff"],
  // As warm as what microscopes show, and brighter all the way.
  gold: ["#000000", "#5a2a08", "#b06a1e", "#e8b868", "#ffffff"],
  // Smith & van der Walt 2015, the map of matplotlib, at nine places.
  viridis: [
    "#440154",
    "#472d7b",
    "#3b528b",
    "#2c728e",
    "#21918c",
    "#28ae80",
    "#5ec962",
    "#addc30",
    "#fde725",
  ],
};

/** Values on a grid, row 0 at the top. */
export interface Field {
  readonly data: Float64Array;
  readonly width: number;
  readonly height: number;
}

/** A colour map as plotly has it. */
export function colourScale(colours: ScanColours): (readonly [number, string])[] {
  const list = stops[colours];
  return list.map((colour, i) => [i / (list.length - 1), colour]);
}

/** Blocks of pixels as one each, until no edge is longer than `most`; a block without a value stays without. */
export function shrink(field: Field, most: number, of: "mean" | "max" = "mean"): Field {
  const fx = Math.max(1, Math.ceil(field.width / most));
  const fy = Math.max(1, Math.ceil(field.height / most));
  if (fx === 1 && fy === 1) return field;
  const [width, height] = [Math.ceil(field.width / fx), Math.ceil(field.height / fy)];
  const data = new Float64Array(width * height).fill(of === "mean" ? 0 : -Infinity);
  const counts = new Uint32Array(width * height);
  for (let y = 0; y < field.height; y++) {
    for (let x = 0; x < field.width; x++) {
      const value = field.data[y * field.width + x];
      if (Number.isNaN(value)) continue;
      const to = Math.floor(y / fy) * width + Math.floor(x / fx);
      data[to] = of === "mean" ? data[to] + value : Math.max(data[to], value);
      counts[to]++;
    }
  }
  for (let i = 0; i < data.length; i++) {
    if (counts[i] === 0) data[i] = NaN;
    else if (of === "mean") data[i] /= counts[i];
  }
  return { data, width, height };
}

/** Edge that a picture has at least, so that no viewer blurs its pixels. */
const sharpEdge = 384;

/** A field as a PNG data address, `low` and below in the first colour, `high` and above in the last; NaN is transparent. */
export function scanPicture(
  { data, width, height }: Field,
  [low, high]: readonly [number, number],
  colours: ScanColours,
): string {
  const gaps = data.some((value) => Number.isNaN(value));
  const grey = colours === "grey";
  const bands = (grey ? 1 : 3) + (gaps ? 1 : 0);
  const table = colourTable(colours);
  const factor = Math.max(1, Math.round(sharpEdge / Math.max(width, height)));
  const wide = width * factor;
  const bytes = new Uint8Array(wide * height * factor * bands);
  const scale = high > low ? 255 / (high - low) : 0;
  for (let y = 0; y < height; y++) {
    const line = bytes.subarray(y * factor * wide * bands, (y * factor + 1) * wide * bands);
    for (let x = 0; x < wide; x++) {
      const value = data[y * width + Math.floor(x / factor)];
      const at = x * bands;
      if (Number.isNaN(value)) continue;
      const level = Math.min(255, Math.max(0, Math.round((value - low) * scale)));
      if (grey) line[at] = level;
      else line.set(table.subarray(3 * level, 3 * level + 3), at);
      if (gaps) line[at + bands - 1] = 255;
    }
    for (let i = 1; i < factor; i++) bytes.set(line, (y * factor + i) * wide * bands);
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an ES module, loaded when first used
  const { encode } = require("fast-png") as typeof FastPng;
  const png = encode({ width: wide, height: height * factor, data: bytes, channels: bands });
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}

/** 256 colours, three bytes each. */
function colourTable(colours: ScanColours): Uint8Array {
  const list = stops[colours].map((colour) =>
    [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)),
  );
  const table = new Uint8Array(3 * 256);
  for (let level = 0; level < 256; level++) {
    const place = (level / 255) * (list.length - 1);
    const at = Math.min(list.length - 2, Math.floor(place));
    for (let band = 0; band < 3; band++)
      table[3 * level + band] = Math.round(
        list[at][band] + (place - at) * (list[at + 1][band] - list[at][band]),
      );
  }
  return table;
}
