"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { filesBelow } = require("./files.js");
const { modulesFolder, projectFolder } = require("./places.js");
const { Problem } = require("./problem.js");
const { runOnTerminal } = require("./runOnTerminal.js");

/**
 * Writes dist/docs: what every room exports, from its types and docstrings, with search; README and the rooms' pages; and a page of the
 * techniques with every option and default.
 * @returns {Promise<number>} exit code
 * @throws Problem if a link inside it leads nowhere
 */
async function makeDocs() {
  const source = path.join(projectFolder, "src");
  const rooms = fs.readdirSync(source).filter((room) => isRoom(path.join(source, room)));
  const pages = path.join(projectFolder, ".cache", "docs");
  fs.mkdirSync(pages, { recursive: true });
  const techniques = path.join(pages, "techniques.md");
  fs.writeFileSync(techniques, techniquesPage());
  const style = path.join(pages, "style.css");
  fs.writeFileSync(style, narrowPages);
  const out = path.join(projectFolder, "dist", "docs");
  fs.rmSync(out, { recursive: true, force: true });
  const words = [
    ...["--tsconfig", "tsconfig.json", "--out", out, "--name", "fewscope", "--excludeExternals"],
    ...["--plugin", path.join(__dirname, "docsPlugin.js"), "--customCss", style],
    ...["--disableSources", "--readme", "README.md", "--projectDocuments", techniques],
    ...["--projectDocuments", "src/*/README.md"],
    ...["--projectDocuments", "src/study/WHICH.md", "--projectDocuments", "src/study/RESULTS.md"],
    ...["--validation.notExported", "false", "--logLevel", "Warn"],
    ...["typescript", "python", "json", "shell"].flatMap((name) => ["--highlightLanguages", name]),
    ...rooms.map((room) => `src/${room}/index.ts`),
  ];
  const program = path.join(modulesFolder, "typedoc", "bin", "typedoc");
  const { code } = await runOnTerminal(process.execPath, [program, ...words]);
  if (code !== 0) return code ?? 1;
  const dead = deadLinks(out);
  if (dead.length > 0)
    throw new Problem(`Links that lead nowhere: ${dead.slice(0, 5).join(", ")}.`);
  console.log(path.join(out, "index.html"));
  return 0;
}

/** On a phone a wide table scrolls by itself, not the page. */
const narrowPages = `.tsd-typography table { display: block; overflow-x: auto; }
.tsd-typography td:first-child { min-width: 7em; }
`;

/** Not the command line and the kernel, which nobody imports. @param {string} folder */
function isRoom(folder) {
  return (
    fs.existsSync(path.join(folder, "index.ts")) &&
    !["cli", "kernel"].includes(path.basename(folder))
  );
}

/** Every technique with its options and their defaults, as the built library knows them. @returns {string} */
function techniquesPage() {
  const study = require(path.join(projectFolder, "dist", "study", "index.js"));
  const part = (/** @type {string} */ title, /** @type {Record<string, any>} */ factories) => [
    `## ${title}`,
    ...Object.entries(factories).flatMap(([name, { definition }]) => [
      `### ${title} ${name}`,
      ...table(definition.options),
    ]),
  ];
  const lines = [
    "# The techniques and their options",
    "Made from the definitions in the code: what plans and code may say, and what stands where they say nothing. No default means that it goes by the images, or must be given.",
    ...part("pretrain", study.pretrainings),
    ...part("classify", study.classifiers),
  ];
  return `---\ntitle: Techniques\n---\n\n${lines.join("\n\n")}\n`;
}

/** @param {Record<string, any>} options @returns {string[]} */
function table(options) {
  const rows = Object.entries(options).map(
    ([name, option]) => `| \`${name}\` | ${told(name, option)} |`,
  );
  if (rows.length === 0) return ["No options."];
  return [["| option | default |", "| --- | --- |", ...rows].join("\n")];
}

/** The default of an option as plans write it. @param {string} name @param {any} option @returns {string} */
function told(name, option) {
  try {
    const text = JSON.stringify(option.tell(option.fallback(name)));
    return text === undefined ? "" : `\`${text.replaceAll("|", "\\|")}\``;
  } catch {
    // It has to be given, or goes by the images.
    return "";
  }
}

/** Links of the pages to files that are not there. @param {string} folder @returns {string[]} */
function deadLinks(folder) {
  return filesBelow(folder)
    .filter((file) => file.endsWith(".html"))
    .flatMap((file) => {
      const text = fs.readFileSync(path.join(folder, file), "utf8");
      const links = Array.from(
        text.matchAll(/ href="(?!\w+:|#|data:)([^"#?]+)/g),
        ([, to]) => to ?? "",
      );
      const here = path.dirname(path.join(folder, file));
      return [...new Set(links)]
        .filter((to) => !fs.existsSync(path.join(here, decodeURI(to))))
        .map((to) => `${file} -> ${to}`);
    });
}

module.exports = { makeDocs };
