import { fontSizes } from "./paperLayout";
import { round } from "./text";

/** A bar of round length under pictures. */
export interface ScaleBar {
  readonly shapes: readonly object[];
  readonly annotations: readonly object[];
}

/**
 * A bar of 1, 2 or 5 times a power of ten nanometres under a picture, as long as it can be up to `longest` image pixels.
 */
export function scaleBar(nmPerPixel: number, longest: number): ScaleBar {
  const longestRound = roundLength(longest * nmPerPixel);
  const length = round(longestRound.nm / nmPerPixel, 6);
  const line = {
    type: "rect",
    xref: "x",
    // Of the paper, since a shape on the axis would be cut off at the plot's edge.
    yref: "paper",
    x0: 0,
    x1: length,
    ysizemode: "pixel",
    yanchor: 0,
    y0: -9,
    y1: -14,
    fillcolor: "black",
    line: { width: 0 },
  };
  const text = {
    text: longestRound.text,
    font: { size: fontSizes.note },
    showarrow: false,
    xref: "x",
    x: length,
    xanchor: "left",
    xshift: 4,
    yref: "paper",
    y: 0,
    yanchor: "middle",
    yshift: -12,
  };
  return { shapes: [line], annotations: [text] };
}

/** The longest of 1, 2 or 5 times a power of ten nanometres that is no longer than this, and how it is written. */
export function roundLength(mostNm: number): { readonly nm: number; readonly text: string } {
  const power = 10 ** Math.floor(Math.log10(mostNm));
  const step = [5, 2, 1].find((factor) => factor * power <= mostNm) ?? 1;
  return { nm: step * power, text: lengthText(step * power) };
}

/** In the unit that makes a short number. */
function lengthText(nm: number): string {
  const [value, unit] = nm >= 1000 ? [nm / 1000, "µm"] : nm < 0.5 ? [nm * 1000, "pm"] : [nm, "nm"];
  return `${Number(value.toPrecision(1))} ${unit}`;
}
