import type { Figure } from "../core";
import { toPng } from "../figures";
import { kernelHost, present } from "./host";

/** Size of the picture that stands in for the interactive figure. */
export interface ShowOptions {
  /** Pixels. @default 720 */
  readonly width?: number;
  /** Pixels. @default 480 */
  readonly height?: number;
}

/**
 * Shows a figure in a notebook: one message with the interactive plotly form, a picture for where plotly is not, and a
 * line of text. Outside a notebook it prints that line.
 */
export async function show(
  figure: Figure,
  { width = 720, height = 480 }: ShowOptions = {},
): Promise<void> {
  const text = describe(figure);
  if (kernelHost() === undefined) {
    present({ "text/plain": text });
    return;
  }
  const png = await toPng(figure, { width, height });
  present({
    "application/vnd.plotly.v1+json": {
      data: figure.data,
      layout: { ...figure.layout, width, height },
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
