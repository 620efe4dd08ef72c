"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { execute } = require("./execute.js");
const { readJson, writeJson } = require("./files.js");
const { carriedPackages } = require("./makePackage.js");
const { npmCommand } = require("./packages.js");
const { modulesFolder, projectFolder } = require("./places.js");
const { Problem } = require("./problem.js");

/**
 * Writes what users get of others: dist/licences.txt, a line a package with its licence, and dist/sbom.cdx.json, npm's own list of
 * parts in CycloneDX, with what is carried inside danfojs added to it.
 * @returns {Promise<number>} exit code
 * @throws Problem if npm cannot tell
 * @see https://cyclonedx.org
 */
async function licences() {
  const [program, ...before] = npmCommand();
  const words = ["sbom", "--sbom-format=cyclonedx", "--omit=dev", "--package-lock-only"];
  const file = path.join(projectFolder, "dist", "sbom.cdx.json");
  // Line by line, for only the end of a program's words is kept.
  /** @type {string[]} */
  const told = [];
  const onLine = (/** @type {string} */ text) => void told.push(text);
  const folder = path.join(projectFolder, ".cache", "licences");
  writeForUsers(folder);
  const result = await execute(program, [...before, ...words], { cwd: folder, onLine });
  if (!result.ok) throw new Problem(`npm could not list the parts (${result.output.trim()}).`);
  const sbom = JSON.parse(told.join("\n"));
  const carried = (await carriedPackages()).map((folder) =>
    readJson(path.join(folder, "package.json")),
  );
  sbom.components.push(...carried.map(component));
  writeJson(file, sbom);
  const lines = sbom.components.map(line).sort();
  const list = path.join(projectFolder, "dist", "licences.txt");
  fs.writeFileSync(`${list}.tmp`, `${[...new Set(lines)].join("\n")}\n`);
  fs.renameSync(`${list}.tmp`, list);
  console.log(`${sbom.components.length} packages: ${list} and ${file}`);
  for (const [licence, count] of counts(lines))
    console.log(`${String(count).padStart(4)}  ${licence}`);
  return 0;
}

/**
 * Writes the project's description and lock without what only its development needs; npm's list gets lost where one of these is
 * overridden.
 * @param {string} folder
 */
function writeForUsers(folder) {
  const lock = readJson(path.join(projectFolder, "package-lock.json"));
  const own = Object.entries(lock.packages).filter(([, part]) => part.dev !== true);
  const { devDependencies: _, ...root } = lock.packages[""];
  writeJson(path.join(folder, "package-lock.json"), {
    ...lock,
    packages: { ...Object.fromEntries(own), "": root },
  });
  const { overrides, devDependencies, ...manifest } = readJson(
    path.join(projectFolder, "package.json"),
  );
  writeJson(path.join(folder, "package.json"), manifest);
}

/** @param {{ name: string, version: string, license?: string }} manifest */
function component({ name, version, license = "unknown" }) {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  return {
    "bom-ref": `carried:${name}@${version}`,
    type: "library",
    name,
    version,
    purl,
    properties: [{ name: "fewscope:carriedInside", value: "danfojs-node" }],
    licenses: [{ license: { id: license } }],
  };
}

/** @param {any} part @returns {string} */
function line({ name, group, version, licenses = [] }) {
  const whole = group === undefined ? name : `${group}/${name}`;
  const found = licenses.map(
    (/** @type {any} */ each) => each.expression ?? each.license.id ?? each.license.name,
  );
  const own = readJson(path.join(modulesFolder, whole, "package.json"))?.license;
  return `${whole} ${version}\t${found.join(" and ") || (typeof own === "string" ? own : "unknown")}`;
}

/** @param {readonly string[]} lines @returns {[string, number][]} */
function counts(lines) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const text of lines) {
    const licence = text.split("\t")[1] ?? "";
    found.set(licence, (found.get(licence) ?? 0) + 1);
  }
  return [...found].sort((a, b) => b[1] - a[1]);
}

module.exports = { licences };
