import type { Figure } from "../core";
import { plainFigure, themed, toPng, traceForBrowser, type FigureTheme } from "../figures";
import { kernelHost, present } from "./host";
import { escapeHtml } from "./progress";

/** How a figure is shown: the size, also of the picture that stands in for it, and the theme. */
export interface ShowOptions {
  /** "dark" beside a dark notebook. @default "paper", or what `useTheme` said */
  readonly theme?: FigureTheme;
  /** Pixels. @default the figure's own */
  readonly width?: number;
  /** Pixels. @default the figure's own */
  readonly height?: number;
}

/**
 * Shows a figure in a notebook: one message with the interactive plotly form, a picture for where plotly is not, and a
 * line of text. A figure that only a page can draw has a sentence in place of the picture. Outside a notebook it prints the
 * line.
 * @throws InputError if there is no such theme
 */
export async function show(
  given: Figure,
  { theme = usual, ...size }: ShowOptions = {},
): Promise<void> {
  const figure = themed(given, theme);
  const text = describe(figure);
  if (kernelHost() === undefined) {
    present({ "text/plain": text });
    return;
  }
  const { data, layout } = plainFigure(figure);
  const plotly = { "application/vnd.plotly.v1+json": { data, layout: { ...layout, ...size } } };
  const needs = traceForBrowser(figure);
  if (needs === undefined) {
    const png = await toPng(figure, { ...size, scale: 1 });
    present({ ...plotly, "image/png": Buffer.from(png).toString("base64"), "text/plain": text });
  } else {
    const why = `${text}. It has no still picture, since traces of the type "${needs}" are drawn by the page, with WebGL.`;
    present({ ...plotly, "text/html": `<p>${escapeHtml(why)}</p>`, "text/plain": why });
  }
}

let usual: FigureTheme = "paper";

/**
 * Shows figures in a theme from here on, for example "dark" in a JupyterLab that is dark. Files that are exported keep their own.
 * @throws InputError if there is no such theme
 */
export function useTheme(theme: FigureTheme): void {
  themed({ data: [], layout: {} }, theme);
  usual = theme;
}

function describe({ data, layout }: Figure): string {
  const { title } = layout as { title?: string | { text?: string } };
  const heading = typeof title === "string" ? title : title?.text;
  return `Figure${heading === undefined ? "" : ` "${heading}"`} with ${data.length} traces`;
}
