"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { execute } = require("./execute.js");
const { fileSize, freeSpace, readJson, writeJson } = require("./files.js");
const { withLock } = require("./lock.js");
const { npmCommand } = require("./packages.js");
const { cacheFolder } = require("./places.js");
const { Problem, again, explainOutput } = require("./problem.js");
const { megabytes } = require("./say.js");

/**
 * Packages of npm that few need: they are kept in the cache, and set up only when asked for.
 * @typedef {object} CachedPackages
 * @property {string} title for messages
 * @property {string} version of what the title says
 * @property {string} folder its name in the cache
 * @property {Record<string, { version: string, sum: string }>} packages by name, with npm's own sums
 * @property {number} neededBytes packed and unpacked side by side, rounded up
 * @property {(folder: string) => string} root where the files lie whose sizes are noted
 * @property {(folder: string) => readonly string[]} trim removes what is for other platforms, and gives the files that are noted, below the root;
 * throws a Problem if there is nothing for this platform
 */

/** @param {CachedPackages} wanted @returns {string} their place in the cache */
const folderOf = (wanted) => path.join(cacheFolder(), wanted.folder);

/** @param {string} folder @returns {string} */
const stampFile = (folder) => path.join(folder, "fewscope.json");

/**
 * Whether they are in the cache, whole.
 * @param {CachedPackages} wanted
 * @returns {import("./packages.js").State}
 */
function cachedState(wanted) {
  const folder = folderOf(wanted);
  const sizes = readJson(stampFile(folder))?.sizes;
  if (sizes === undefined) return { status: "missing", found: "not installed" };
  const changed = Object.keys(sizes).find(
    (name) => fileSize(path.join(wanted.root(folder), name)) !== sizes[name],
  );
  if (changed !== undefined) return { status: "missing", found: `${changed} is gone or changed` };
  return { status: "ok", found: `${wanted.title} ${wanted.version} (${folder})` };
}

/**
 * Puts them into the cache, unless they are there.
 * @param {CachedPackages} wanted
 * @throws Problem if npm, the network or the disk is the cause, or there is none for this platform
 */
async function installCached(wanted) {
  const folder = folderOf(wanted);
  await withLock(`${folder}.lock`, async () => {
    if (cachedState(wanted).status === "ok") return;
    const { title, neededBytes } = wanted;
    const free = freeSpace(cacheFolder());
    if (free < neededBytes)
      throw new Problem(
        `${title} needs ${megabytes(neededBytes)} MB of disk and "${cacheFolder()}" has ${megabytes(free)} MB free: free some space ${again}.`,
      );
    await makeFolder(wanted, folder);
  });
}

/** Made beside its place, so that it appears whole. @param {CachedPackages} wanted @param {string} folder */
async function makeFolder(wanted, folder) {
  const temporary = `${folder}.tmp`;
  fs.rmSync(temporary, { recursive: true, force: true });
  writeJson(path.join(temporary, "package.json"), { private: true });
  const [program, ...before] = npmCommand();
  const names = Object.entries(wanted.packages).map(([name, { version }]) => `${name}@${version}`);
  // What they take for granted, this project has: only their own dependencies come along.
  const options =
    "--ignore-scripts --legacy-peer-deps --no-audit --no-fund --no-update-notifier --prefer-offline";
  const words = [...before, "install", ...options.split(" "), "--prefix", temporary, ...names];
  const result = await execute(program, words, { cwd: temporary });
  if (!result.ok)
    throw (
      explainOutput(result.output, { place: temporary, registry: "npm's package registry" }) ??
      new Problem(`npm could not install ${wanted.title} (${result.output.trim()}).`)
    );
  checkSums(wanted, temporary);
  const root = wanted.root(temporary);
  const sizes = wanted.trim(temporary).map((name) => [name, fileSize(path.join(root, name))]);
  writeJson(stampFile(temporary), { version: wanted.version, sizes: Object.fromEntries(sizes) });
  fs.rmSync(folder, { recursive: true, force: true });
  fs.renameSync(temporary, folder);
}

/** @param {CachedPackages} wanted @param {string} folder @throws Problem if it is not what it was when this was written */
function checkSums({ packages }, folder) {
  const installed = readJson(path.join(folder, "node_modules", ".package-lock.json"));
  for (const [name, { version, sum }] of Object.entries(packages))
    if (installed?.packages[`node_modules/${name}`]?.integrity !== sum)
      throw new Problem(
        `The registry gave another ${name} ${version} than the known one: ask who keeps it.`,
      );
}

module.exports = { cachedState, installCached, cachedFolder: folderOf };
