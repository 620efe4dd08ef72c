"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { execute } = require("./execute.js");
const { filesBelow, folderSize, readJson, writeJson } = require("./files.js");
const { npmCommand } = require("./packages.js");
const { modulesFolder, projectFolder } = require("./places.js");
const { Problem } = require("./problem.js");
const { megabytes, say } = require("./say.js");

/**
 * What the package holds beside dist/ and its own description, relative to the project. What sets up, runs before all else and so
 * stays where it is.
 */
const parts = [
  "README.md",
  "datasets",
  "notebooks/plans",
  "notebooks/requirements.txt",
  "src/label/page/index.html",
  "src/label/page/style.css",
  "src/label/page/icon.svg",
  "src/runtime",
];
const notForUsers =
  /(?:makePackage|makeDocs|docsPlugin|licences|runChecks|mochaReporter)\.js$|tsconfig\.json$|\.tsbuildinfo$|\.map$|^dist\/(?:docs|carried)\//;

/** danfojs asks for a second TensorFlow, for a package outside the registry, and for one that nobody keeps; so it is carried as one file. */
const carried = "danfojs-node";

/**
 * Makes dist/fewscope-VERSION.tgz, which `npm install` takes in any folder, behind a registry and without scripts.
 * @param {readonly string[]} args a folder to put it into
 * @returns {Promise<number>} exit code
 * @throws Problem if it cannot be made
 */
async function makePackage([where = path.join(projectFolder, "dist")] = []) {
  const staging = path.join(projectFolder, ".cache", "package");
  fs.rmSync(staging, { recursive: true, force: true });
  fs.mkdirSync(staging, { recursive: true });
  for (const part of ["dist", ...parts]) copyPart(part, staging);
  const manifest = readJson(path.join(projectFolder, "package.json"));
  await carry(path.join(staging, "node_modules", carried));
  writeJson(path.join(staging, "package.json"), published(manifest));
  const [program, ...before] = npmCommand();
  const target = path.resolve(where);
  fs.mkdirSync(target, { recursive: true });
  const words = [...before, "pack", "--ignore-scripts", "--json", "--pack-destination", target];
  const result = await execute(program, words, { cwd: staging });
  if (!result.ok) throw new Problem(`npm could not pack (${result.output.trim()}).`);
  const file = path.join(target, `${manifest.name}-${manifest.version}.tgz`);
  say(`${filesBelow(staging).length} files, ${megabytes(folderSize(staging))} MB unpacked`);
  console.log(file);
  return 0;
}

/** @param {string} part file or folder relative to the project @param {string} staging */
function copyPart(part, staging) {
  const from = path.join(projectFolder, part);
  const files = fs.statSync(from).isDirectory()
    ? filesBelow(from).map((file) => path.join(part, file))
    : [part];
  for (const file of files) {
    const name = file.split(path.sep).join("/");
    if (notForUsers.test(name) || name.endsWith(".tgz") || name === "dist/.built.json") continue;
    const to = path.join(staging, file);
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.copyFileSync(path.join(projectFolder, file), to);
  }
}

/**
 * The description without what only this project needs.
 * @param {any} manifest
 */
function published(manifest) {
  const { private: _, scripts, overrides, mocha, prettier, devDependencies, ...rest } = manifest;
  const version = devDependencies[carried];
  return {
    ...rest,
    dependencies: { ...rest.dependencies, [carried]: version },
    bundleDependencies: [carried],
  };
}

/**
 * Puts danfojs with all it needs but TensorFlow and plotly into one file, and its types beside it.
 * @param {string} folder
 */
async function carry(folder) {
  const from = path.join(modulesFolder, carried);
  const { name, version, license, description } = readJson(path.join(from, "package.json"));
  const { outputFiles, packages } = await bundle();
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "index.js"), outputFiles[0]?.contents ?? "");
  writeJson(path.join(folder, "package.json"), {
    name,
    version,
    description: `${description} (in one file, for fewscope)`,
    license,
    main: "index.js",
    types: "dist/danfojs-node/src/index.d.ts",
  });
  carryTypes(path.join(from, "dist"), path.join(folder, "dist"));
  fs.writeFileSync(path.join(folder, "LICENCES.txt"), licencesOf(packages));
}

/** Types of what is inside the file: their names stay, what they say of others does not. */
const foreign =
  /^import (?:(\w+)|\{ ([\w, ]+) \}) from ["'](?:node-fetch|request|table|xlsx|papaparse)["'];$/gm;

/** @param {string} from @param {string} to */
function carryTypes(from, to) {
  for (const file of filesBelow(from).filter((each) => each.endsWith(".d.ts"))) {
    const text = fs.readFileSync(path.join(from, file), "utf8");
    const own = text
      .replace(foreign, (_, one, several) =>
        (one ?? several)
          .split(", ")
          .map((/** @type {string} */ type) => `type ${type} = any;`)
          .join("\n"),
      )
      .replaceAll(/\brequest\.\w+/g, "any");
    fs.mkdirSync(path.dirname(path.join(to, file)), { recursive: true });
    fs.writeFileSync(path.join(to, file), own);
  }
}

/**
 * One file of danfojs and what it needs, and the folders of the packages whose code went into it.
 */
async function bundle() {
  const { outputFiles, metafile } = await require("esbuild").build({
    entryPoints: [path.join(modulesFolder, carried)],
    outfile: "index.js",
    write: false,
    bundle: true,
    minify: true,
    keepNames: true,
    platform: "node",
    target: "node20",
    external: ["@tensorflow/tfjs-node", "plotly.js-dist-min"],
    alias: { request: path.join(__dirname, "noRequest.js") },
    absWorkingDir: projectFolder,
    metafile: true,
    logLevel: "error",
  });
  const folders = Object.keys(metafile.inputs).flatMap(
    (input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? [],
  );
  const packages = [...new Set(folders)].sort().map((each) => path.join(projectFolder, each));
  return { outputFiles, packages };
}

/** Folders of the packages that are carried inside danfojs, and its own. @returns {Promise<readonly string[]>} */
async function carriedPackages() {
  return (await bundle()).packages;
}

/** The licence of each package whose code went into the file. @param {readonly string[]} folders @returns {string} */
function licencesOf(folders) {
  const texts = folders.map((place) => {
    const { name, version, license } = readJson(path.join(place, "package.json"));
    const file = fs.readdirSync(place).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? "" : fs.readFileSync(path.join(place, file), "utf8").trim();
    return `${name} ${version}: ${license}\n\n${text}\n`;
  });
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

module.exports = { makePackage, published, carry, carriedPackages };
