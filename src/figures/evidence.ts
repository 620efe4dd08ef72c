import { checkNumber, defined, InputError, type Figure } from "../core";
import { fontSizes, paperLayout, type FigureOptions } from "./paperLayout";
import { axesAt, evidenceProfile, smallAxis, type EvidenceFrame, type EvidencePart } from "./evidenceProfile"; // prettier-ignore
import { escapeText, wrapText } from "./text";

/** One image with a map of what speaks for a class. */
export interface EvidenceRow {
  /** What stands over the row, for example the class and the score. */
  readonly title: string;
  /** Heights, row-major, [h*w]. */
  readonly image: ArrayLike<number>;
  /** Evidence for the class (+) and against it (-) of each pixel, in units of the score. [h*w] */
  readonly evidence: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
  /** One standard deviation of the evidence where there is no feature, for example over a retrace or seeds. @default 1.48 times the median deviation from the map's median */
  readonly deviation?: number;
}

/** How maps are drawn. */
export interface EvidenceFigureOptions extends FigureOptions {
  /** Unit of the heights. @default "pm" */
  readonly unit?: string;
  /** For axes in nm. @default axes in pixels */
  readonly nmPerPixel?: number;
  /** What is said of the maps, for example "not usable", under the figure. */
  readonly verdict?: string;
}

const gapBelow = 66;

/** Parts of the plot's width: four panels, with bars of colours after the first two. */
const panel = 0.168;
const lefts = [0, panel + 0.128, 2 * (panel + 0.128), 2 * (panel + 0.128) + panel + 0.072] as const;

/**
 * Topography, evidence, both together and a profile, a row for each image. Evidence has one scale for all rows, the same for and against, so that an image without
 * evidence looks empty; what is less than two deviations of the background is grey; contours lie at half of the largest. The profile runs along the line with the
 * most evidence: heights, and evidence under them. [h*w] -> figure
 * @throws InputError if there is no row, a map has not as many values as its image, or a deviation is below 0
 */
export function evidence(
  rows: readonly EvidenceRow[],
  options: EvidenceFigureOptions = {},
): Figure {
  const { unit = "pm", nmPerPixel, verdict, notes = [], width = 940 } = options;
  checkRows(rows);
  for (const { deviation = 0 } of rows) checkNumber("deviation", deviation, { min: 0 });
  const most = Math.max(1e-12, ...rows.flatMap(({ evidence: map }) => Array.from(map, Math.abs)));
  const side = (width - 72 - 20) * panel;
  const plotHeight = rows.length * (side + gapBelow);
  const scale = nmPerPixel ?? 1;
  const layout = paperLayout({
    ...options,
    width,
    plotHeight,
    notes: [
      `From left to right: heights; evidence, grey where it is less than two deviations of its background; its contours at half of the largest; heights and evidence along the dotted line. Blue speaks for the class, red against it, in units of the score, on one scale. Axes in ${nmPerPixel === undefined ? "pixels" : "nm"}.`, // prettier-ignore
      ...(verdict === undefined ? [] : [verdict]),
      ...notes,
    ],
  });
  const data: object[] = [];
  const axes: Record<string, object> = {};
  const annotations: object[] = [...(layout["annotations"] as object[])];
  rows.forEach((row, r) => {
    const top = 1 - (r * (side + gapBelow) + gapBelow * 0.6) / plotHeight;
    const bottom = top - side / plotHeight;
    annotations.push(above(row.title, top, width - 100));
    const frame = { scale, unit, most, top, bottom, left: lefts.map((left) => [left, left + panel] as const), first: 5 * r + 1 }; // prettier-ignore
    for (const part of [pictures(row, frame), evidenceProfile(row, frame)]) {
      data.push(...part.data);
      Object.assign(axes, part.axes);
    }
  });
  return { data, layout: { ...layout, ...axes, annotations } };
}

/** Heights, evidence and contours. */
function pictures(row: EvidenceRow, frame: EvidenceFrame): EvidencePart {
  const { scale, unit, most, top, bottom, left, first } = frame;
  const x = Array.from({ length: row.width }, (_, i) => i * scale);
  const y = Array.from({ length: row.height }, (_, i) => i * scale);
  const font = { size: fontSizes.note - 2 };
  const bar = (column: number, text: string): object => ({ len: top - bottom, x: left[column][1] + 0.005, y: (top + bottom) / 2, thickness: 12, tickfont: font, nticks: 4, title: { text, side: "top", font } }); // prettier-ignore
  const axes: Record<string, object> = {};
  const data = left.slice(0, 3).map((span, column) => {
    const { name, xaxis, yaxis } = axesAt(first + column);
    axes[`xaxis${name}`] = smallAxis(span, yaxis, [-0.5 * scale, (row.width - 0.5) * scale]);
    axes[`yaxis${name}`] = { ...smallAxis([bottom, top], xaxis, [(row.height - 0.5) * scale, -0.5 * scale]), scaleanchor: xaxis }; // prettier-ignore
    const at = { x, y, xaxis, yaxis };
    if (column === 0) return [heights(row, at, unit, bar(0, unit))];
    // One bar serves all rows, since their scale is one.
    if (column === 1)
      return [signed(row, at, most, first === 1 ? bar(1, "score") : undefined), greyed(row, at)];
    return [heights(row, at, unit, undefined), contours(row, at, most)];
  });
  return { data: data.flat(), axes };
}

function checkRows(rows: readonly EvidenceRow[]): void {
  const wrong = rows.find(({ image, evidence: map, height, width }) => image.length !== height * width || map.length !== height * width); // prettier-ignore
  if (rows.length > 0 && wrong === undefined) return;
  throw new InputError({
    got: wrong === undefined ? "no row" : `${wrong.evidence.length} values of evidence for an image of ${wrong.height} x ${wrong.width} with ${wrong.image.length}`, // prettier-ignore
    expected: "at least one image, and as many values of evidence as it has pixels",
    todo: "Draw the cells over the image with explain.cellsToPixels.",
  });
}

const above = (text: string, y: number, wide: number): object => ({
  text: wrapText(text, fontSizes.note, wide).map(escapeText).join("<br>"),
  align: "left",
  font: { size: fontSizes.note },
  showarrow: false,
  xref: "paper",
  x: 0,
  xanchor: "left",
  yref: "paper",
  y,
  yanchor: "bottom",
  yshift: 5,
});

const grid = (values: ArrayLike<number>, { height, width }: EvidenceRow): number[][] =>
  Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (__, x) => Number(values[y * width + x].toPrecision(5))),
  );

function heights(row: EvidenceRow, at: object, unit: string, colorbar: object | undefined): object {
  const order = Float64Array.from(row.image).sort();
  const cut = Math.floor(0.005 * order.length);
  return {
    type: "heatmap",
    ...at,
    z: grid(row.image, row),
    zmin: order[cut],
    zmax: order[order.length - 1 - cut],
    colorscale: [[0, "black"], [1, "white"]], // prettier-ignore
    showscale: colorbar !== undefined,
    ...defined({ colorbar }),
    hovertemplate: `%{z} ${unit}<extra></extra>`,
  };
}

const signed = (
  row: EvidenceRow,
  at: object,
  most: number,
  colorbar: object | undefined,
): object => ({
  type: "heatmap",
  ...at,
  z: grid(row.evidence, row),
  zmin: -most,
  zmax: most,
  colorscale: [[0, "#B2182B"], [0.25, "#EF8A62"], [0.5, "#F7F7F7"], [0.75, "#67A9CF"], [1, "#2166AC"]], // prettier-ignore
  showscale: colorbar !== undefined,
  ...defined({ colorbar }),
  hovertemplate: "%{z}<extra></extra>",
});

/** What cannot be told from the background, covered with grey. */
function greyed(row: EvidenceRow, at: object): object {
  const least = 2 * (row.deviation ?? backgroundOf(row.evidence));
  const covered = Array.from(row.evidence, (value) => (Math.abs(value) < least ? 1 : null));
  return {
    type: "heatmap",
    ...at,
    z: Array.from({ length: row.height }, (_, y) => covered.slice(y * row.width, (y + 1) * row.width)), // prettier-ignore
    zmin: 0,
    zmax: 1,
    colorscale: [[0, "#B8B8B8"], [1, "#B8B8B8"]], // prettier-ignore
    opacity: 0.85,
    showscale: false,
    hoverinfo: "skip",
  };
}

/** Spread of most of a map: a feature covers less than half of it. */
function backgroundOf(map: ArrayLike<number>): number {
  const middle = (values: Float64Array): number => values.sort()[values.length >> 1];
  const median = middle(Float64Array.from(map));
  return 1.4826 * middle(Float64Array.from(map, (value) => Math.abs(value - median)));
}

const contours = (row: EvidenceRow, at: object, most: number): object => ({
  type: "contour",
  ...at,
  z: grid(row.evidence, row),
  contours: { coloring: "lines", start: -most / 2, end: most / 2, size: most },
  colorscale: [[0, "#EF4030"], [1, "#2F8FE0"]], // prettier-ignore
  line: { width: 2 },
  showscale: false,
  hoverinfo: "skip",
});
