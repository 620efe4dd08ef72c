"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { cachedFolder, cachedState, installCached } = require("./cachedPackages.js");
const { execute } = require("./execute.js");
const { Problem } = require("./problem.js");

/** As in src/core/webGpu.ts. */
const version = "0.6.2";

/**
 * What trains on a GPU of any maker: Dawn, which is WebGPU as a library, with TensorFlow.js' backend on it, of the version of TensorFlow.js itself. 54 MB to
 * fetch, most of it for other platforms.
 * @type {import("./cachedPackages.js").CachedPackages}
 */
const webGpu = {
  title: "WebGPU (Dawn)",
  version,
  folder: `webgpu-${version}`,
  packages: {
    webgpu: {
      version,
      sum: "sha512-3L4GfmqJLvYUIEWJngEQY+2HQiUlAFkg8+P8NDDj3Xx5hHHIFO/r8JW+ynfqBj7kHN4mbnwO74uB+lrRtLhp4Q==",
    },
    "@tensorflow/tfjs-backend-webgpu": {
      version: "4.22.0",
      sum: "sha512-lvIc7Af4Tl2BCdYp43iQmSCRq3asaKT0q2xaErphXiUZ+jqeB0bQa0ZvQys1Xatvto0U4/c90DVsHPfvkn5ftg==",
    },
  },
  neededBytes: 300e6,
  root: (folder) => path.join(folder, "node_modules"),
  trim: keepOwnPlatform,
};

const backendFile = path.join(
  "@tensorflow",
  "tfjs-backend-webgpu",
  "dist",
  "tf-backend-webgpu.node.js",
);

/** Dawn's files for this platform, below node_modules. */
function platformFolder() {
  const { platform, arch } = process;
  const place = `${platform}-${platform === "darwin" ? "universal" : arch}`;
  return path.join("webgpu", "dist", place);
}

/** Leaves what is loaded, and the licences. @param {string} folder @returns {readonly string[]} */
function keepOwnPlatform(folder) {
  const modules = path.join(folder, "node_modules");
  const own = path.join(modules, platformFolder());
  if (!fs.existsSync(own))
    throw new Problem(
      `WebGPU (Dawn) ${version} comes for no ${process.platform} on ${process.arch}.`,
    );
  keepOnly(path.dirname(own), [path.basename(own)]);
  keepOnly(modules, ["webgpu", "@tensorflow", ".package-lock.json"]);
  keepOnly(path.join(modules, "webgpu"), ["dist", "LICENSE.md", "package.json"]);
  keepOnly(path.join(modules, "@tensorflow"), ["tfjs-backend-webgpu"]);
  keepOnly(path.join(modules, path.dirname(backendFile)), [path.basename(backendFile)]);
  const libraries = fs.readdirSync(own).map((name) => path.join(platformFolder(), name));
  return [...libraries, backendFile];
}

/** @param {string} folder @param {readonly string[]} names */
function keepOnly(folder, names) {
  for (const name of fs.readdirSync(folder))
    if (!names.includes(name)) fs.rmSync(path.join(folder, name), { recursive: true });
}

/**
 * @typedef {object} GpuFacts
 * @property {readonly string[]} names of all GPUs that WebGPU finds
 * @property {string} [used] the one that trainings would run on
 * @property {string} [reason] why there is none
 */

/** Looks for GPUs in a process of its own, where a driver that crashes does no harm. @returns {Promise<GpuFacts>} */
async function findGpus() {
  const dawn = path.join(cachedFolder(webGpu), "node_modules", platformFolder(), "dawn.node");
  const script = path.join(__dirname, "webGpuFacts.js");
  const { ok, stdout, stderr } = await execute(process.execPath, [script, dawn], {
    timeoutSeconds: 60,
  });
  const line = stdout.split("\n").find((text) => text.startsWith("{"));
  const told = /Warning: (.*)/.exec(stderr + stdout)?.[1];
  if (!ok || line === undefined) return { names: [], reason: told ?? stderr.trim().split("\n")[0] };
  const facts = JSON.parse(line);
  return facts.names.length > 0 || told === undefined ? facts : { ...facts, reason: told };
}

module.exports = {
  webGpuState: () => cachedState(webGpu),
  installWebGpu: () => installCached(webGpu),
  findGpus,
};
