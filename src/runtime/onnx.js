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
 * What runs networks in ONNX files. It is kept in the cache and set up only when asked for: 110 MB to fetch that few need, most of it for other
 * platforms. Its sums are npm's own.
 */
const version = "1.30.0";
/** @type {Record<string, string>} */
const sums = {
  "onnxruntime-node":
    "sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==",
  "onnxruntime-common":
    "sha512-7fdVWjAID1dVhH/G8qK3APARunV4VkBFoCQAP7qp4Wkab0mrorvmc+sqiT+mKXOzDqdjN5j+/Z9nb4gzNPWcyA==",
};
/** Packed and unpacked side by side, rounded up. */
const neededBytes = 600e6;

/** @returns {string} its place in the cache; the same as in src/pretrain/onnxRuntime.ts */
function onnxFolder() {
  return path.join(cacheFolder(), `onnxruntime-${version}`);
}

/** @param {string} folder @returns {string} */
function nativeFolder(folder) {
  const { platform, arch } = process;
  return path.join(folder, "node_modules", "onnxruntime-node", "bin", "napi-v6", platform, arch);
}

/** @param {string} folder @returns {string} */
const stampFile = (folder) => path.join(folder, "fewscope.json");

/**
 * Whether ONNX Runtime is in the cache, whole.
 * @returns {import("./packages.js").State}
 */
function onnxState() {
  const folder = onnxFolder();
  const sizes = readJson(stampFile(folder))?.sizes;
  if (sizes === undefined) return { status: "missing", found: "not installed" };
  const changed = Object.keys(sizes).find(
    (name) => fileSize(path.join(nativeFolder(folder), name)) !== sizes[name],
  );
  if (changed !== undefined) return { status: "missing", found: `${changed} is gone or changed` };
  return { status: "ok", found: `ONNX Runtime ${version} (${folder})` };
}

/**
 * Puts ONNX Runtime into the cache, unless it is there.
 * @throws Problem if npm, the network or the disk is the cause, or there is none for this platform
 */
async function installOnnx() {
  const folder = onnxFolder();
  await withLock(`${folder}.lock`, async () => {
    if (onnxState().status === "ok") return;
    const free = freeSpace(cacheFolder());
    if (free < neededBytes)
      throw new Problem(
        `ONNX Runtime needs ${megabytes(neededBytes)} MB of disk and "${cacheFolder()}" has ${megabytes(free)} MB free: free some space ${again}.`,
      );
    await makeFolder(folder);
  });
}

/** Made beside its place, so that it appears whole. @param {string} folder */
async function makeFolder(folder) {
  const temporary = `${folder}.tmp`;
  fs.rmSync(temporary, { recursive: true, force: true });
  writeJson(path.join(temporary, "package.json"), { private: true });
  const [program, ...before] = npmCommand();
  const wanted = Object.keys(sums).map((name) => `${name}@${version}`);
  const options = "--ignore-scripts --no-audit --no-fund --no-update-notifier --prefer-offline";
  const words = [...before, "install", ...options.split(" "), "--prefix", temporary, ...wanted];
  const result = await execute(program, words, { cwd: temporary });
  if (!result.ok)
    throw (
      explainOutput(result.output, { place: temporary, registry: "npm's package registry" }) ??
      new Problem(`npm could not install ONNX Runtime (${result.output.trim()}).`)
    );
  checkSums(temporary);
  keepOwnPlatform(temporary);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.renameSync(temporary, folder);
}

/** @param {string} folder @throws Problem if it is not what it was when this was written */
function checkSums(folder) {
  const installed = readJson(path.join(folder, "node_modules", ".package-lock.json"));
  for (const [name, sum] of Object.entries(sums))
    if (installed?.packages[`node_modules/${name}`]?.integrity !== sum)
      throw new Problem(
        `The registry gave another ${name} ${version} than the known one: ask who keeps it.`,
      );
}

/**
 * Leaves out what is for other platforms, four fifths of it, and notes the rest.
 * @param {string} folder
 * @throws Problem if there is nothing for this one
 */
function keepOwnPlatform(folder) {
  const own = nativeFolder(folder);
  if (!fs.existsSync(own))
    throw new Problem(
      `ONNX Runtime ${version} comes for no ${process.platform} on ${process.arch}.`,
    );
  const all = path.join(own, "..", "..");
  for (const platform of fs.readdirSync(all))
    for (const arch of fs.readdirSync(path.join(all, platform)))
      if (path.join(all, platform, arch) !== own)
        fs.rmSync(path.join(all, platform, arch), { recursive: true });
  const sizes = fs.readdirSync(own).map((name) => [name, fileSize(path.join(own, name))]);
  writeJson(stampFile(folder), { version, sizes: Object.fromEntries(sizes) });
}

module.exports = { onnxState, installOnnx };
