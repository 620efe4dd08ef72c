import { fontSizes } from "./paperLayout";
import { escapeText, shortenText, wrapText } from "./text";

/** Pixels of an entry's line and marker, with the room around them. */
export const legendSymbol = 56;

/** The lines of a name in the legend of a figure this many pixels wide; only a word that is longer is shortened. */
export function legendLines(name: string, width = 600): string[] {
  const room = width - 28 - legendSymbol;
  const lines = wrapText(name, fontSizes.legend, room);
  return lines.map((line) => shortenText(line, fontSizes.legend, room));
}

/** A name as plotly shows it in the legend of a figure this many pixels wide. */
export const legendName = (name: string, width?: number): string =>
  legendLines(name, width).map(escapeText).join("<br>");
