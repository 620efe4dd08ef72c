import { fontSizes, paperAxis, paperLayout, type FigureOptions } from "./paperLayout";
import { colourScale, scanPicture, shrink, type Field, type ScanColours } from "./scanPicture";
import { escapeText, round } from "./text";

/** A field with the frame that it fills. */
export interface FramedField {
  readonly field: Field;
  /** Left, right, bottom and top of the frame on the axes, in the axes' unit. */
  readonly frame: readonly [left: number, right: number, bottom: number, top: number];
  readonly axes: readonly [x: string, y: string];
  /** Values in the first and the last colour. */
  readonly limits: readonly [low: number, high: number];
  readonly colours: ScanColours;
  /** Unit of the values, over the colour bar. */
  readonly unit: string;
  /** Marks of the colour bar. @default round values */
  readonly ticks?: readonly { readonly value: number; readonly text: string }[];
  /** What hovering says; plotly's template with %{x}, %{y} and %{z}. */
  readonly hover: string;
  /** How pixels that share one of the picture are joined. @default "mean" */
  readonly join?: "mean" | "max";
  readonly legend?: readonly string[];
}

/** Pixels of the picture's longer edge at most; more would not be seen, and make the figure large. */
const mostPixels = 512;
/** Places along the longer edge that hovering tells apart. */
const mostPlaces = 96;
const unmeasured = "#cfe3f5";

const [marginLeft, marginRight] = [78, 100];

/** Pixels that a picture has between its axes at most. */
export function plotWidth({ width = 600 }: FigureOptions): number {
  return width - marginLeft - marginRight;
}

/** A picture with axes, a bar of values and heights under the mouse; traces and shapes go on top. */
export function scanFrame(
  framed: FramedField,
  options: FigureOptions,
): { data: object[]; layout: Record<string, unknown> } {
  const { field, frame, axes, limits, colours, hover, join, legend = [] } = framed;
  const [left, right, bottom, top] = frame;
  const [across, along] = [right - left, Math.abs(top - bottom)];
  const full = plotWidth(options);
  // A narrow scan becomes a narrow picture, not a page of it.
  const plotHeight = round(Math.min((full * along) / across, 1.4 * full), 2);
  const layout = paperLayout({
    ...options,
    legend,
    plotHeight,
    left: marginLeft,
    right: marginRight,
  });
  const picture = shrink(field, mostPixels, join);
  const axis = { showgrid: false, mirror: true, constrain: "domain", nticks: 7 };
  return {
    data: [hoverGrid(framed, hover, join), valueBar(framed)],
    layout: {
      ...layout,
      hovermode: "closest",
      plot_bgcolor: field.data.some((value) => Number.isNaN(value)) ? unmeasured : "white",
      xaxis: paperAxis(axes[0], { ...axis, range: [left, right] }),
      yaxis: paperAxis(axes[1], { ...axis, range: [bottom, top], scaleanchor: "x" }),
      images: [
        {
          source: scanPicture(picture, limits, colours),
          xref: "x",
          yref: "y",
          x: left,
          y: top,
          sizex: across,
          sizey: along,
          sizing: "stretch",
          layer: "below",
        },
      ],
    },
  };
}

/** Values under the mouse, on a grid that is not seen: the picture itself has none. */
function hoverGrid(framed: FramedField, hover: string, join?: "mean" | "max"): object {
  const { field, frame } = framed;
  const [left, right, bottom, top] = frame;
  const { data, width, height } = shrink(field, mostPlaces, join);
  // The last block may reach beyond the frame.
  const block = Math.ceil(field.width / width);
  const blockHeight = Math.ceil(field.height / height);
  const dx = ((right - left) / field.width) * block;
  const dy = ((bottom - top) / field.height) * blockHeight;
  return {
    type: "heatmap",
    x0: significant(left + dx / 2),
    dx: significant(dx),
    y0: significant(top + dy / 2),
    dy: significant(dy),
    // Plotly's form of a typed array, half as long as the numbers written out.
    z: {
      dtype: "f4",
      bdata: Buffer.from(Float32Array.from(data).buffer).toString("base64"),
      shape: `${height}, ${width}`,
    },
    colorscale: [
      [0, "rgba(0,0,0,0)"],
      [1, "rgba(0,0,0,0)"],
    ],
    showscale: false,
    hoverongaps: false,
    hovertemplate: `${hover}<extra></extra>`,
  };
}

/** A bar of colours and their values, on a marker that is not seen. */
function valueBar({ limits, colours, unit, frame, ticks }: FramedField): object {
  const [low, high] = limits;
  const [x, , , y] = frame;
  const marks =
    ticks === undefined
      ? { nticks: 6 }
      : {
          tickmode: "array",
          tickvals: ticks.map(({ value }) => value),
          ticktext: ticks.map(({ text }) => text),
        };
  const [cmin, cmax] = [significant(low), significant(high)];
  return {
    type: "scatter",
    mode: "markers",
    x: [x],
    y: [y],
    hoverinfo: "skip",
    showlegend: false,
    marker: {
      opacity: 0,
      color: [cmin],
      cmin,
      cmax,
      colorscale: colourScale(colours),
      showscale: true,
      colorbar: {
        title: { text: escapeText(unit), side: "top", font: { size: fontSizes.axis } },
        thickness: 16,
        outlinewidth: 1,
        tickfont: { size: fontSizes.note },
        exponentformat: "none",
        ...marks,
        x: 1.02,
        xpad: 4,
        len: 1,
        lenmode: "fraction",
        ypad: 0,
      },
    },
  };
}

/** Short in JSON and the same everywhere. */
export const significant = (value: number): number => Number(value.toPrecision(7));
