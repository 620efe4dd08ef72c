import { checkOneOf, writeFileIfChanged, type Figure } from "../core";
import { toHtml } from "./toHtml";
import { toJson } from "./toJson";
import { svgToPng, type PngOptions } from "./toPng";
import { themed, type FigureTheme } from "./themed";
import { pictureSize, toSvg } from "./toSvg";

/** The forms that a figure can be kept in. */
export type FigureFormat = "html" | "svg" | "png" | "json";

/** What the pictures are for and how large they are; `scale` is that of the PNG alone. */
export interface ExportOptions extends PngOptions {
  /** "slides" are 16 to 9, and 1920 dots wide where no scale is given. @default "paper" */
  readonly theme?: FigureTheme;
}

/** Of a slide across. */
const slideDots = 1920;

const allFormats: readonly FigureFormat[] = ["html", "svg", "png", "json"];

/**
 * Writes a figure to `basePath.html`, `.svg`, `.png`, `.json` and gives these paths. Each file is there whole or not at all, and
 * one that has the same content already is left alone.
 * @param basePath path without its ending; missing folders are made
 * @throws InputError if a format is or the theme is unknown, the folder cannot be written, or plotly cannot draw the figure
 */
export async function exportFigure(
  figure: Figure,
  basePath: string,
  formats: readonly FigureFormat[] = allFormats,
  { theme = "paper", scale, ...size }: ExportOptions = {},
): Promise<string[]> {
  const drawn = themed(figure, theme);
  const dots = scale ?? (theme === "slides" ? slideDots / pictureSize(drawn, size).width : 2);
  for (const format of formats) checkOneOf("figure format", format, allFormats);
  const pictured = formats.includes("svg") || formats.includes("png");
  const svg = pictured ? await toSvg(drawn, size) : "";
  const make: Readonly<Record<FigureFormat, () => string | Uint8Array>> = {
    html: () => toHtml(drawn, size),
    svg: () => svg,
    png: () => svgToPng(svg, dots),
    json: () => toJson(drawn),
  };
  return formats.map((format) => {
    const file = `${basePath}.${format}`;
    writeFileIfChanged(file, make[format]());
    return file;
  });
}
