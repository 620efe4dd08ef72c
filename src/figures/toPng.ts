import type * as ResvgModule from "@resvg/resvg-js";
import { checkNumber, type Figure } from "../core";
import { fontFiles, needsSystemFonts } from "./fonts";
import { toSvg, type SizeOptions } from "./toSvg";

/** Size and sharpness of a picture. */
export interface PngOptions extends SizeOptions {
  /** Dots for one pixel of the figure, above 0. @default 2 */
  readonly scale?: number;
}

/**
 * Draws a figure as a PNG picture, without a browser. The same figure and size give the same bytes.
 * @throws InputError if a size is not positive, or plotly cannot draw the figure
 */
export async function toPng(
  figure: Figure,
  { scale = 2, ...size }: PngOptions = {},
): Promise<Uint8Array> {
  checkNumber("scale", scale, { min: 0, aboveMin: true });
  return svgToPng(await toSvg(figure, size), scale);
}

/** Paints an SVG picture with the figures' own font. */
export function svgToPng(svg: string, scale: number): Uint8Array {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- native, so loaded when first used
  const { Resvg } = require("@resvg/resvg-js") as typeof ResvgModule;
  const painter = new Resvg(svg, {
    fitTo: { mode: "zoom", value: scale },
    background: "white",
    font: {
      fontFiles: fontFiles(),
      defaultFontFamily: "Arimo",
      sansSerifFamily: "Arimo",
      loadSystemFonts: needsSystemFonts(svg),
    },
  });
  return painter.render().asPng();
}
