"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { execute } = require("./execute.js");
const { fileSize, filesBelow, hashOfFiles, readJson, writeJson } = require("./files.js");
const { modulesFolder, projectFolder } = require("./places.js");
const { Problem, explainOutput } = require("./problem.js");

/** Not `npx tsc`: a dependency ships a program of that name. */
const compiler = path.join(modulesFolder, "typescript", "bin", "tsc");
const distFolder = path.join(projectFolder, "dist");
const stampFile = path.join(distFolder, ".built.json");

/** What is compiled: the library, and the page that runs in a browser. */
const projects = ["tsconfig.json", path.join("src", "label", "page", "tsconfig.json")].filter(
  (file) => fs.existsSync(path.join(projectFolder, file)),
);

/** @typedef {import("./packages.js").State} State */

/**
 * Whether dist/ is what the sources say.
 * @returns {State}
 */
function buildState() {
  const stamp = readJson(stampFile);
  if (stamp === undefined) return { status: "missing", found: "not built" };
  if (stamp.hash !== sourceHash(sources()))
    return { status: "old", found: "older than its sources" };
  if (lost().length > 0) return { status: "missing", found: "a part of dist/ is gone" };
  return { status: "ok", found: "as the sources say" };
}

/** @returns {string[]} the TypeScript files, relative to the project */
function sources() {
  return filesBelow(path.join(projectFolder, "src"))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => path.join("src", file));
}

/** @param {readonly string[]} files @returns {string} */
function sourceHash(files) {
  return hashOfFiles(projectFolder, [...projects, "package-lock.json", ...files]);
}

/** @returns {string[]} the sources whose output is not there */
function lost() {
  return sources().filter(
    (file) => !file.endsWith(".d.ts") && fileSize(outputs(file)[0] ?? "") === undefined,
  );
}

/** @param {string} source relative to the project @returns {string[]} what the compiler makes of it */
function outputs(source) {
  const base = path.join(distFolder, path.relative("src", source)).replace(/\.ts$/, "");
  return [`${base}.js`, `${base}.js.map`, `${base}.d.ts`];
}

/**
 * Compiles src/ to dist/.
 * @throws Problem if the disk is full or the sources have mistakes
 */
async function build() {
  const files = sources();
  const hash = sourceHash(files);
  /** @type {string[]} */
  const before = readJson(stampFile)?.files ?? [];
  // The compiler trusts its own notes, and would not make a lost file again.
  if (lost().length > 0)
    for (const notes of [".tsbuildinfo", ".page.tsbuildinfo"])
      fs.rmSync(path.join(distFolder, notes), { force: true });
  for (const project of projects) {
    const result = await execute(process.execPath, [compiler, "-p", project, "--pretty"]);
    if (result.ok) continue;
    const problem = explainOutput(result.output, { place: distFolder, registry: "" });
    if (problem === undefined) process.stderr.write(result.output.trim() + "\n");
    throw problem ?? new Problem("The build failed: mend what TypeScript says above.");
  }
  for (const gone of before.filter((file) => !files.includes(file)).flatMap(outputs)) {
    fs.rmSync(gone, { force: true });
  }
  writeJson(stampFile, { hash, files });
}

module.exports = { buildState, build, compiler };
