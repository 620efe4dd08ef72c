import { escapeHtml } from "../../core";
import type { ReportTable } from "./reportTables";

/** A figure as it stands on the page. */
export interface PageFigure {
  readonly heading: string;
  readonly caption: string;
  /** Undefined where it could not be drawn. */
  readonly svg: string | undefined;
  /** Its file beside the page. */
  readonly file: string;
}

/** What a page holds, as plain text but for the pictures. */
export interface PageContent {
  readonly title: string;
  readonly state: string;
  readonly methods: string;
  readonly results: string;
  readonly savings: string;
  readonly statistics: string;
  readonly planner: string;
  readonly figures: readonly PageFigure[];
  readonly tables: readonly ReportTable[];
  readonly notes: readonly string[];
  readonly audit: readonly string[];
  readonly failures: readonly string[];
  readonly plan: string;
  readonly made: string;
  /** The figures' font in base64, so that their letters are as wide as was reckoned. */
  readonly font: string;
}

/** One page that loads nothing: pictures inside, no script. */
export function reportPage(content: PageContent): string {
  const { title, state, methods, results, savings, statistics, planner } = content;
  const sections = [
    section("Methods, ready to paste", `${paragraph(methods, "paste")}`),
    results === "" ? "" : section("Results, ready to paste", paragraph(results, "paste")),
    section("Figures", content.figures.map(figure).join("\n")),
    content.tables.length === 0 ? "" : section("Tables", content.tables.map(table).join("\n")),
    savings === "" ? "" : section("Labels saved, in words", told(savings)),
    statistics === "" ? "" : section("Statistics", told(statistics)),
    planner === "" ? "" : section("How many more labels, and how good that forecast is", told(planner)), // prettier-ignore
    section("What to know of the results", list(content.notes)),
    section("Leak audit", list(content.audit)),
    section("What failed", list(content.failures)),
    section("The plan in full", `<details><summary>Show</summary>${pre(content.plan)}</details>`),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:">
<title>${escapeHtml(title)}</title>
<style>
@font-face { font-family: Arimo; src: url(data:font/ttf;base64,${content.font}); }
${style}
</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="state">${escapeHtml(state)}</p>
${sections.filter((text) => text !== "").join("\n")}
<footer>${escapeHtml(content.made)}</footer>
</main>
</body>
</html>
`;
}

const style = `body { margin: 0; background: white; color: #111; font: 16px/1.5 Arimo, Arial, Helvetica, "Liberation Sans", sans-serif; }
main { max-width: 1240px; margin: auto; padding: 1rem 1.25rem 3rem; }
h1, h2, h3, th { font-family: Arial, Helvetica, "Liberation Sans", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0.5rem 0 0; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 0.6rem; padding-top: 0.8rem; border-top: 1px solid #ddd; }
h3 { font-size: 1rem; margin: 0 0 0.3rem; overflow-wrap: anywhere; }
p.told { margin: 1rem 0 0.3rem; }
pre { margin: 0.3rem 0; }
p, li { max-width: 75ch; overflow-wrap: anywhere; }
.state, footer, .caption { color: #444; }
.paste { background: #f4f6f8; padding: 0.8rem 1rem; border-left: 4px solid #0072B2; user-select: all; margin: 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 2rem; align-items: start; }
figure { margin: 0; }
figure svg { display: block; max-width: 100%; height: auto; }
.caption { font-size: 0.9rem; margin: 0.3rem 0 0; }
.wide { overflow-x: auto; margin-bottom: 1.8rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.9rem; }
th, td { padding: 0.25rem 0.7rem; text-align: right; border-bottom: 1px solid #e6e6e6; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; min-width: 8rem; max-width: 22rem; overflow-wrap: break-word; }
thead th { border-bottom: 2px solid #111; vertical-align: bottom; }
pre { overflow-x: auto; background: #f7f7f7; padding: 0.8rem 1rem; font: 13px/1.45 "DejaVu Sans Mono", Consolas, Menlo, monospace; }
footer { margin-top: 2.5rem; font-size: 0.85rem; }
@media print { .paste { user-select: auto; } figure, .wide { break-inside: avoid; } }`;

const section = (heading: string, inside: string): string =>
  `<section>\n<h2>${escapeHtml(heading)}</h2>\n${heading === "Figures" ? `<div class="figures">\n${inside}\n</div>` : inside}\n</section>`;

const paragraph = (text: string, kind: string): string =>
  `<p class="${kind}">${escapeHtml(text)}</p>`;

const pre = (text: string): string => `<pre>${escapeHtml(text)}</pre>`;

/** Sentences as paragraphs, lines that are indented as tables. */
function told(text: string): string {
  const blocks: { table: boolean; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    const table = line.startsWith("  ");
    const last = blocks[blocks.length - 1];
    if (line === "") blocks.push({ table: false, lines: [] });
    else if (last?.table === table && table) last.lines.push(line.slice(2));
    else blocks.push({ table, lines: [table ? line.slice(2) : line] });
  }
  return blocks
    .filter(({ lines }) => lines.length > 0)
    .map(({ table, lines }) =>
      table ? pre(lines.join("\n")) : paragraph(lines.join("\n"), "told"),
    ) // prettier-ignore
    .join("\n");
}

const list = (sentences: readonly string[]): string =>
  `<ul>\n${sentences.map((text) => `<li>${escapeHtml(text)}</li>`).join("\n")}\n</ul>`;

function figure({ heading, caption, svg, file }: PageFigure): string {
  const more = svg === undefined ? "" : ` File: ${file}.`;
  return `<figure>
<h3>${escapeHtml(heading)}</h3>
${svg ?? ""}
<figcaption class="caption">${escapeHtml(`${caption}${more}`.trim())}</figcaption>
</figure>`;
}

function table({ heading, caption, header, rows, name }: ReportTable): string {
  const cells = (tag: "th" | "td", row: readonly string[]): string =>
    `<tr>${row.map((text) => `<${tag}>${escapeHtml(text)}</${tag}>`).join("")}</tr>`;
  return `<div class="wide">
<h3>${escapeHtml(heading)}</h3>
<table>
<thead>${cells("th", header)}</thead>
<tbody>
${rows.map((row) => cells("td", row)).join("\n")}
</tbody>
</table>
<p class="caption">${escapeHtml(`${caption} File: ${name}.csv.`)}</p>
</div>`;
}
