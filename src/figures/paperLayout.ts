import { fontFamily } from "./fonts";
import { legendLines, legendSymbol } from "./legendName";
import { escapeText, lineHeightEm, round, textWidth, wrapText } from "./text";

/** What every figure can be given. */
export interface FigureOptions {
  /** Heading; none if empty. */
  readonly title?: string;
  /** Sentences under the plot, for example how many draws a mean is of. */
  readonly notes?: readonly string[];
  /** Pixels of the whole figure. @default 600 */
  readonly width?: number;
}

/** What a layout needs to know of the figure that it is for. */
export interface PaperOptions extends FigureOptions {
  /** Pixels of the plot between its axes. */
  readonly plotHeight: number;
  /** Names in the legend, which stands between title and plot; none without. */
  readonly legend?: readonly string[];
  /** Pixels left of the plot. @default 72 */
  readonly left?: number;
  /** Pixels right of the plot. @default 20 */
  readonly right?: number;
  /** Pixels under the plot for ticks and axis title. @default 64 */
  readonly bottom?: number;
}

/** Font sizes in pixels of a figure 600 wide: at a column of 85 mm that is 7.2 pt for axes and 6 pt for notes. */
export const fontSizes = { title: 20, axis: 18, tick: 17, legend: 17, note: 15 } as const;

/** Pixels of a line in the legend, and between its rows. */
const legendLine = 22.1;
const legendGap = 3;
const noteLine = 19;

/**
 * White, without plotly's clutter, letters that can be read when the figure fills one column of a paper. Margins are
 * reckoned from the texts, so that title, legend, plot and notes never overlap.
 */
export function paperLayout(options: PaperOptions): Record<string, unknown> {
  const { title = "", notes = [], width = 600, plotHeight, legend = [] } = options;
  const { left = 72, right = 20, bottom = 64 } = options;
  const titleLines = wrapText(title, fontSizes.title, width - 24).map(escapeText);
  const noteLines = notes.flatMap((note) => wrapText(note, fontSizes.note, 0.92 * width - 24));
  const entries = legend.map((name) => legendLines(name, width));
  const entry = Math.max(0, ...entries.flat().map((line) => textWidth(line, fontSizes.legend)));
  const plotWidth = width - left - right;
  const columns = Math.max(1, Math.floor((width - right) / (entry + legendSymbol)));
  // What is free goes to the entries, for browsers whose Arial is a wider font.
  const free = (width - right) / columns - legendSymbol;
  const entryWidth = round(Math.max(entry, Math.min(1.2 * entry, free)), 2);
  const legendHeight = heightOf(entries, columns);
  const titleHeight = titleLines.length === 0 ? 0 : 14 + titleLines.length * 26;
  const margin = {
    l: left,
    r: right,
    t: Math.max(14, titleHeight + 8 + (legendHeight === 0 ? 0 : legendHeight + 8)),
    b: bottom + (noteLines.length === 0 ? 0 : heightOfNotes(noteLines.length)),
  };
  return {
    width,
    height: plotHeight + margin.t + margin.b,
    margin: { ...margin, pad: 0, autoexpand: false },
    paper_bgcolor: "white",
    plot_bgcolor: "white",
    font: { family: fontFamily, size: fontSizes.axis, color: "black" },
    // Names in full, however long.
    hoverlabel: { font: { family: fontFamily, size: 14 }, namelength: -1 },
    showlegend: legend.length > 0,
    ...(titleLines.length === 0 ? {} : { title: titleAt(titleLines) }),
    ...(legend.length === 0
      ? {}
      : { legend: legendAbove(entryWidth, (4 - left) / plotWidth, legendHeight + 8) }),
    annotations: noteLines.length === 0 ? [] : [notesBelow(noteLines, left, bottom)],
  };
}

/** With some room below; plotly's own lines are half a pixel further apart, which tells where there are many. */
function heightOfNotes(lines: number): number {
  return Math.max(lines * noteLine + 8, Math.ceil(lineHeightEm * fontSizes.note * lines) + 4);
}

/** Each row of a legend is as high as its highest entry. */
function heightOf(entries: readonly (readonly string[])[], columns: number): number {
  let height = 0;
  for (let from = 0; from < entries.length; from += columns) {
    const lines = Math.max(...entries.slice(from, from + columns).map((entry) => entry.length));
    height += lines * legendLine + legendGap;
  }
  return Math.ceil(height - 0.1 * Math.ceil(entries.length / columns));
}

const titleAt = (lines: readonly string[]): object => ({
  text: lines.join("<br>"),
  font: { size: fontSizes.title },
  xref: "container",
  x: 0,
  xanchor: "left",
  yref: "container",
  y: 1,
  yanchor: "top",
  // Plotly lowers a title of one line by its capitals' height, and forgets it for several.
  pad: { t: lines.length > 1 ? 12 + 0.7 * fontSizes.title : 12, l: 12 },
});

// Left of the plot's own edge: there plotly lets it be as wide as the figure.
const legendAbove = (entrywidth: number, x: number, maxheight: number): object => ({
  orientation: "h",
  x: round(x),
  xanchor: "left",
  y: 1.015,
  yanchor: "bottom",
  entrywidth,
  entrywidthmode: "pixels",
  // Plotly's own limit is half of the figure, and hides what lies below.
  maxheight,
  font: { size: fontSizes.legend },
  itemwidth: 40,
  bgcolor: "rgba(0,0,0,0)",
  tracegroupgap: 0,
});

/** Small lines that begin at the figure's left edge, above or below the plot. */
export const smallLines = (lines: readonly string[], left: number, place: object): object => ({
  text: lines.map(escapeText).join("<br>"),
  font: { size: fontSizes.note, color: "#404040" },
  align: "left",
  showarrow: false,
  xref: "paper",
  x: 0,
  xanchor: "left",
  xshift: 12 - left,
  yref: "paper",
  ...place,
});

const notesBelow = (lines: readonly string[], left: number, bottom: number): object =>
  smallLines(lines, left, { y: 0, yanchor: "top", yshift: -bottom });

/** The notes below a figure, wrapped anew for another width, and the pixels of height that this saves. */
export function relaidNotes(
  annotations: unknown,
  width: number,
): { readonly annotations: unknown; readonly saved: number } {
  let saved = 0;
  if (!Array.isArray(annotations)) return { annotations, saved };
  const laid = (annotations as readonly Note[]).map((note) => {
    if (note.font?.size !== fontSizes.note || note.yref !== "paper" || note.y !== 0) return note;
    const lines = note.text.split("<br>");
    const wrapped = wrapText(lines.join(" "), fontSizes.note, 0.92 * width - 24);
    saved += heightOfNotes(lines.length) - heightOfNotes(wrapped.length);
    return { ...note, text: wrapped.join("<br>") };
  });
  return { annotations: laid, saved };
}

interface Note {
  readonly text: string;
  readonly font?: { readonly size?: number };
  readonly yref?: string;
  readonly y?: number;
}

/** An axis with a line, ticks outside and a pale grid. */
export function paperAxis(title: string, more: object = {}): Record<string, unknown> {
  return {
    title: { text: title, font: { size: fontSizes.axis }, standoff: 8 },
    tickfont: { size: fontSizes.tick },
    showline: true,
    linecolor: "black",
    linewidth: 1.5,
    mirror: false,
    ticks: "outside",
    ticklen: 6,
    tickwidth: 1.5,
    tickcolor: "black",
    gridcolor: "#e6e6e6",
    gridwidth: 1,
    zeroline: false,
    automargin: false,
    ...more,
  };
}
