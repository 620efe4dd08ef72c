import { defined, InputError, type Figure } from "../core";
import { fontSizes, paperLayout, type FigureOptions } from "./paperLayout";
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
const gapBetween = 0.13;

/**
 * Topography, evidence and both together, a row for each image. Evidence has one scale for all rows, the same for and against, so that an image without evidence
 * looks empty; contours lie at half of the largest. [h*w] -> figure
 * @throws InputError if there is no row, or a map has not as many values as its image
 */
export function evidence(
  rows: readonly EvidenceRow[],
  options: EvidenceFigureOptions = {},
): Figure {
  const { unit = "pm", nmPerPixel, verdict, notes = [], width = 760 } = options;
  checkRows(rows);
  const most = Math.max(1e-12, ...rows.flatMap(({ evidence: map }) => Array.from(map, Math.abs)));
  const side = (width - 72 - 84) / 3.4;
  const plotHeight = rows.length * (side + gapBelow);
  const scale = nmPerPixel ?? 1;
  const layout = paperLayout({
    ...options,
    width,
    plotHeight,
    notes: [
      `Blue speaks for the class, red against it, in units of the score, on one scale. Axes in ${nmPerPixel === undefined ? "pixels" : "nm"}.`,
      ...(verdict === undefined ? [] : [verdict]),
      ...notes,
    ],
    right: 84,
  });
  const data: object[] = [];
  const axes: Record<string, object> = {};
  const annotations: object[] = [...(layout["annotations"] as object[])];
  rows.forEach((row, r) => {
    const top = 1 - (r * (side + gapBelow) + gapBelow * 0.6) / plotHeight;
    const bottom = top - side / plotHeight;
    annotations.push(above(row.title, top, width - 100));
    const x = Array.from({ length: row.width }, (_, i) => i * scale);
    const y = Array.from({ length: row.height }, (_, i) => i * scale);
    [0, 1, 2].forEach((column) => {
      const n = 3 * r + column + 1;
      const name = n === 1 ? "" : String(n);
      const left = column * ((1 - 2 * gapBetween) / 3 + gapBetween);
      axes[`xaxis${name}`] = axis([left, left + (1 - 2 * gapBetween) / 3], `y${name}`, [-0.5 * scale, (row.width - 0.5) * scale]); // prettier-ignore
      axes[`yaxis${name}`] = { ...axis([bottom, top], `x${name}`, [(row.height - 0.5) * scale, -0.5 * scale]), scaleanchor: `x${name}` }; // prettier-ignore
      const at = { x, y, xaxis: `x${name}`, yaxis: `y${name}` };
      const bar = { len: side / plotHeight, y: (top + bottom) / 2, thickness: 12, tickfont: { size: fontSizes.note }, nticks: 4, title: { side: "top", font: { size: fontSizes.note } } }; // prettier-ignore
      if (column !== 1) data.push(heights(row, at, unit, column === 0 ? { ...bar, x: left + (1 - 2 * gapBetween) / 3 + 0.005 } : undefined)); // prettier-ignore
      if (column === 1) data.push(signed(row, at, most, r === 0 ? { ...bar, x: left + (1 - 2 * gapBetween) / 3 + 0.005 } : undefined)); // prettier-ignore
      if (column === 2) data.push(contours(row, at, most));
    });
  });
  return { data, layout: { ...layout, ...axes, annotations } };
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

const axis = (domain: readonly number[], anchor: string, range: readonly number[]): object => ({
  domain,
  anchor,
  range,
  constrain: "domain",
  showgrid: false,
  zeroline: false,
  ticks: "outside",
  ticklen: 3,
  nticks: 4,
  tickfont: { size: fontSizes.note - 3 },
});

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
    ...(colorbar === undefined ? {} : { colorbar: { ...colorbar, title: { ...(colorbar as { title: object }).title, text: unit } } }), // prettier-ignore
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
