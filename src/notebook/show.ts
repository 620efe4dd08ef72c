import type { Figure } from "../core";
import { toPng } from "../figures";
import { kernelHost, present } from "./host";

/** Size of the picture that stands in for the interactive figure. */
export interface ShowOptions {
  /** Pixels. @default the figure's own */
  readonly width?: number;
  /** Pixels. @default the figure's own */
  readonly height?: number;
}

/**
 * Shows a figure in a notebook: one message with the interactive plotly form, a picture for where plotly is not, and a
 * line of text. Outside a notebook it prints that line.
 */
export async function show(figure: Figure, size: ShowOptions = {}): Promise<void> {
  const text = describe(figure);
  if (kernelHost() === undefined) {
    present({ "text/plain": text });
    return;
  }
  const png = await toPng(figure, { ...size, scale: 1 });
  present({
    "application/vnd.plotly.v1+json": {
      data: figure.data,
      layout: { ...figure.layout, ...size },
    },
    "image/png": Buffer.from(png).toString("base64"),
    "text/plain": text,
  });
}

function describe({ data, layout }: Figure): string {
  const { title } = layout as { title?: string | { text?: string } };
  const heading = typeof title === "string" ? title : title?.text;
  return `Figure${heading === undefined ? "" : ` "${heading}"`} with ${data.length} traces`;
}
