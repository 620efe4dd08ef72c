import type * as ResvgModule from "@resvg/resvg-js";
import type * as FastPng from "fast-png";
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
  const painted = painter.render();
  return greyPng(painted) ?? painted.asPng();
}

/** A picture that has only opaque greys, as pictures of scans have, in one channel: little more than half as large. */
function greyPng({ width, height, pixels }: ResvgModule.RenderedImage): Uint8Array | undefined {
  const grey = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < grey.length; i++, at += 4) {
    const value = pixels[at];
    if (pixels[at + 1] !== value || pixels[at + 2] !== value || pixels[at + 3] !== 255)
      return undefined;
    grey[i] = value;
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an ES module, loaded when first used
  const { encode } = require("fast-png") as typeof FastPng;
  return encode({ width, height, data: grey, channels: 1 }, { zlib: { level: 9 } });
}
