import { checkOneOf, writeFileIfChanged, type Figure } from "../core";
import { toHtml } from "./toHtml";
import { toJson } from "./toJson";
import { svgToPng, type PngOptions } from "./toPng";
import { toSvg } from "./toSvg";

/** The forms that a figure can be kept in. */
export type FigureFormat = "html" | "svg" | "png" | "json";

/** Size of the pictures; `scale` is that of the PNG alone. */
export type ExportOptions = PngOptions;

const allFormats: readonly FigureFormat[] = ["html", "svg", "png", "json"];

/**
 * Writes a figure to `basePath.html`, `.svg`, `.png`, `.json` and gives these paths. Each file is there whole or not at all, and
 * one that has the same content already is left alone.
 * @param basePath path without its ending; missing folders are made
 * @throws InputError if a format is unknown, the folder cannot be written, or plotly cannot draw the figure
 */
export async function exportFigure(
  figure: Figure,
  basePath: string,
  formats: readonly FigureFormat[] = allFormats,
  { scale = 2, ...size }: ExportOptions = {},
): Promise<string[]> {
  for (const format of formats) checkOneOf("figure format", format, allFormats);
  const pictured = formats.includes("svg") || formats.includes("png");
  const svg = pictured ? await toSvg(figure, size) : "";
  const make: Readonly<Record<FigureFormat, () => string | Uint8Array>> = {
    html: () => toHtml(figure, size),
    svg: () => svg,
    png: () => svgToPng(svg, scale),
    json: () => toJson(figure),
  };
  return formats.map((format) => {
    const file = `${basePath}.${format}`;
    writeFileIfChanged(file, make[format]());
    return file;
  });
}
