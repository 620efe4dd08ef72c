import * as fs from "node:fs";
import { escapeHtml, type Figure } from "../core";
import { fontBase64 } from "./fonts";
import { plainFigure } from "./plainFigure";
import { titleText } from "./text";
import { pictureSize, type SizeOptions } from "./toSvg";

/**
 * A figure as one page that needs nothing else: interactive, with plotly.js and the font inside (5 MB).
 * @throws InputError if the size is not positive
 */
export function toHtml(figure: Figure, options: SizeOptions = {}): string {
  const { data, layout: plainLayout } = plainFigure(figure);
  const plotly = fs.readFileSync(require.resolve("plotly.js-dist-min"), "utf8");
  const font = fontBase64();
  const layout = { ...plainLayout, ...pictureSize(figure, options) };
  const title = titleText(figure);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
@font-face { font-family: Arimo; src: url(data:font/ttf;base64,${font}); }
body { margin: 1em; background: ${ground(layout)}; }
#figure { margin: auto; width: max-content; }
</style>
</head>
<body>
<div id="figure" role="img" aria-label="${escapeHtml(title)}"></div>
<script>${plotly.replaceAll("</script", "<\\/script")}</script>
<script>
// With its letters at hand the figure is laid out as in the pictures.
document.fonts.load("16px Arimo").finally(() =>
  Plotly.newPlot("figure", ${script(data)}, ${script(layout)}, ${script(config)}),
);
</script>
</body>
</html>
`;
}

/** The colour around the figure: its own, as far as a style can take it. */
function ground(layout: object): string {
  const { paper_bgcolor: colour = "white" } = layout as { readonly paper_bgcolor?: string };
  return /^[a-z]+$|^#[0-9a-f]{6}$/i.test(colour) ? colour : "white";
}

/** Of plotly's buttons those that a finished figure needs; its picture is an SVG. */
const config = {
  displaylogo: false,
  modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]],
  toImageButtonOptions: { format: "svg", filename: "figure" },
};

/** JSON that cannot end the script it stands in. */
const script = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");
