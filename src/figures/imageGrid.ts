import {
  checkInteger,
  checkOneOf,
  imageSet,
  InputError,
  type Figure,
  type ImageSet,
  type ImageSetParts,
  type Rng,
} from "../core";
import { gridTiles, type GridGroup, type GridTile, type GridTiles } from "./gridTiles";
import { mosaic, type Mosaic, type Tile } from "./mosaic";
import { fontSizes, paperLayout, type FigureOptions } from "./paperLayout";
import { scaleBar } from "./scaleBar";
import { escapeText, round, shortenText, textWidth, wrapText } from "./text";

/** What `imageGrid` shows. */
export interface ImageGridOptions extends FigureOptions {
  /** Images side by side, at least 1. @default 8 */
  readonly columns?: number;
  /** Images of each class, at least 1. @default one row; four rows of a set without labels */
  readonly perClass?: number;
  /** Draws the images; without it the first ones are shown. */
  readonly rng?: Rng;
  /** Classes to show, by name. @default the first 20 that occur */
  readonly classes?: readonly string[];
  /** The channel to show in grey, from 0. @default colours for three channels, else 0 */
  readonly channel?: number;
  /** "shared": the same value has the same grey in all images; "image": each image from its own black to its own white. @default "shared" */
  readonly contrast?: "shared" | "image";
}

/** Channel in grey, or all three as colours. */
type Shown = number | "rgb";

type Range = readonly [low: number, high: number];

/**
 * Images by class, each pixel a square; with a bar of values for physical units and a scale bar where the pixel size is known.
 * Hovering shows an image's id. [n,h,w,c] -> figure
 * @throws InputError if there is no image, a class name is unknown, or there is no such channel
 */
export function imageGrid(
  images: ImageSet | ImageSetParts,
  options: ImageGridOptions = {},
): Figure {
  const set = imageSet(images);
  const { columns = 8, perClass = 1, contrast = "shared" } = options;
  checkInteger("columns", columns, { min: 1 });
  checkInteger("perClass", perClass, { min: 1 });
  checkOneOf("contrast", contrast, ["shared", "image"]);
  const channel = shownChannel(set, options.channel);
  const grid = gridTiles(set, { ...options, columns });
  const shared = set.unit === "byte" ? ([0, 1] as const) : valueRange(grid.tiles, set, channel);
  const [h, w] = set.shape;
  const gap = Math.max(1, Math.round(Math.max(h, w) / 16));
  const used = 1 + Math.max(...grid.tiles.map((tile) => tile.column));
  const picture = mosaic(grid.tiles, {
    shape: set.shape,
    rows: 1 + Math.max(...grid.tiles.map((tile) => tile.row)),
    columns: used,
    gap,
    channel,
    range: contrast === "shared" ? () => shared : (tile) => valueRange([tile], set, channel),
  });
  const bar = contrast === "shared" && channel !== "rgb" && set.unit !== "byte";
  const full = columns * w + (columns - 1) * gap;
  const layout = gridLayout(set, grid, picture, { ...options, full, bar });
  const annotations = layout["annotations"] as object[];
  const middle = (row: number): number => row * (h + gap) + h / 2;
  const names = grid.groups.map((group) => beside(rowLabel(group), middle(group.row)));
  const values = bar ? valueBar(shared, set.unit) : {};
  return {
    data: [
      {
        ...hoverPoints(set, grid.tiles),
        x: grid.tiles.map((tile) => tile.column * (w + gap) + w / 2),
        y: grid.tiles.map((tile) => middle(tile.row)),
        marker: { symbol: "square", size: 30, opacity: 0, ...values },
      },
    ],
    layout: { ...layout, annotations: [...annotations, ...names] },
  };
}

/** Axes in pixels of the images, the picture of them all, margins for names and bars. */
function gridLayout(
  set: ImageSet,
  { groups, hidden }: GridTiles,
  picture: Mosaic,
  options: ImageGridOptions & { readonly full: number; readonly bar: boolean },
): Record<string, unknown> {
  const { width = 600, notes = [], full, bar } = options;
  const names = groups.flatMap(rowLabel);
  const left = 18 + Math.max(0, ...names.map((line) => textWidth(line, fontSizes.note)));
  const right = bar ? 84 : 12;
  const scale = (width - left - right) / full;
  // Fewer images than columns make the figure narrower, not the images larger.
  const used = Math.max(0.5 * width, left + picture.width * scale + right);
  const nm = set.nmPerPixel;
  const ruler = nm === undefined ? undefined : scaleBar(nm, set.shape[1]);
  const layout = paperLayout({
    ...options,
    width: round(used, 2),
    notes:
      hidden === 0
        ? notes
        : [...notes, `${hidden} more ${hidden === 1 ? "class is" : "classes are"} not shown.`],
    plotHeight: round(picture.height * scale, 2),
    left: round(left, 2),
    right: round(used - left - picture.width * scale, 2),
    bottom: ruler === undefined ? 12 : 32,
  });
  return {
    ...layout,
    xaxis: { visible: false, range: [0, picture.width], constrain: "domain" },
    // Pixels stay square when the figure is shown in another size.
    yaxis: {
      visible: false,
      range: [picture.height, 0],
      scaleanchor: "x",
      constrain: "domain",
    },
    images: [stretched(picture)],
    shapes: ruler?.shapes ?? [],
    annotations: [...(layout["annotations"] as object[]), ...(ruler?.annotations ?? [])],
  };
}

function shownChannel({ name, shape }: ImageSet, wanted: number | undefined): Shown {
  if (wanted === undefined) return shape[2] === 3 ? "rgb" : 0;
  if (Number.isInteger(wanted) && wanted >= 0 && wanted < shape[2]) return wanted;
  throw new InputError({
    got: `channel ${wanted} of "${name}"`,
    expected: `a channel from 0 to ${shape[2] - 1}`,
    todo: "Change channel.",
  });
}

/** From the 0.5th to the 99.5th percentile, so that a few spikes do not take all the greys. */
export function valueRange(
  tiles: readonly Tile[],
  { shape }: Pick<ImageSet, "shape">,
  channel: Shown,
): Range {
  const values: number[] = [];
  for (const tile of tiles) {
    tile.values.forEach((value, i) => {
      if (!Number.isNaN(value) && (channel === "rgb" || i % shape[2] === channel))
        values.push(value);
    });
  }
  if (values.length === 0) return [0, 1];
  const sorted = Float64Array.from(values).sort();
  const cut = Math.floor(0.005 * sorted.length);
  return [sorted[cut], sorted[sorted.length - 1 - cut]];
}

/** Pixels of a class name. */
const rowLabelWidth = 160;

/** Class name and how many images it has, over at most two lines. */
function rowLabel({ name, total }: GridGroup): string[] {
  if (name === "") return [];
  const [first, second, ...rest] = wrapText(name, fontSizes.note, rowLabelWidth).map((line) =>
    shortenText(line, fontSizes.note, rowLabelWidth),
  );
  const count = `(${total})`;
  if (second === undefined) return [first, count];
  return [first, `${second}${rest.length > 0 ? " …" : ""} ${count}`];
}

const beside = (lines: readonly string[], y: number): object => ({
  text: lines.map(escapeText).join("<br>"),
  font: { size: fontSizes.note },
  align: "right",
  showarrow: false,
  xref: "paper",
  x: 0,
  xanchor: "right",
  xshift: -6,
  yref: "y",
  y,
  yanchor: "middle",
});

const hoverPoints = (set: ImageSet, tiles: readonly GridTile[]): object => ({
  type: "scatter",
  mode: "markers",
  text: tiles.map((tile) => escapeText(`${set.ids[tile.index]}: ${tile.label}`)),
  hovertemplate: "%{text}<extra></extra>",
});

/** A bar of greys and their values, on markers that are not seen. */
const valueBar = ([low, high]: Range, unit: string): object => ({
  color: [low],
  cmin: low,
  cmax: high,
  colorscale: [
    [0, "black"],
    [1, "white"],
  ],
  showscale: true,
  colorbar: {
    title: { text: escapeText(unit), side: "top" },
    thickness: 14,
    outlinewidth: 1,
    tickfont: { size: fontSizes.note },
    nticks: 5,
  },
});

const stretched = (picture: Mosaic): object => ({
  source: picture.source,
  xref: "x",
  yref: "y",
  x: 0,
  y: 0,
  sizex: picture.width,
  sizey: picture.height,
  sizing: "stretch",
  layer: "below",
});
