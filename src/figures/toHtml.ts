import * as fs from "node:fs";
import type { Figure } from "../core";
import { titleText } from "./text";
import { pictureSize, type SizeOptions } from "./toSvg";

/**
 * A figure as one page that needs nothing else: interactive, with plotly.js inside (5 MB).
 * @throws InputError if the size is not positive
 */
export function toHtml(figure: Figure, options: SizeOptions = {}): string {
  const plotly = fs.readFileSync(require.resolve("plotly.js-dist-min"), "utf8");
  const layout = { ...figure.layout, ...pictureSize(figure, options) };
  const title = titleText(figure);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>body { margin: 1em; background: white; } #figure { margin: auto; width: max-content; }</style>
</head>
<body>
<div id="figure" role="img" aria-label="${escapeHtml(title)}"></div>
<script>${plotly.replaceAll("</script", "<\\/script")}</script>
<script>
Plotly.newPlot("figure", ${script(figure.data)}, ${script(layout)}, { displaylogo: false });
</script>
</body>
</html>
`;
}

/** JSON that cannot end the script it stands in. */
const script = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");

const escapeHtml = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
