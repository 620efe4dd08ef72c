"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { cachedState, installCached } = require("./cachedPackages.js");
const { Problem } = require("./problem.js");

/** As in src/pretrain/onnxRuntime.ts. */
const version = "1.30.0";
/** @type {Record<string, string>} */
const sums = {
  "onnxruntime-node":
    "sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==",
  "onnxruntime-common":
    "sha512-7fdVWjAID1dVhH/G8qK3APARunV4VkBFoCQAP7qp4Wkab0mrorvmc+sqiT+mKXOzDqdjN5j+/Z9nb4gzNPWcyA==",
};

/**
 * What runs networks in ONNX files: 110 MB to fetch, most of it for other platforms.
 * @type {import("./cachedPackages.js").CachedPackages}
 */
const onnxRuntime = {
  title: "ONNX Runtime",
  version,
  folder: `onnxruntime-${version}`,
  packages: Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, { version, sum }])),
  neededBytes: 600e6,
  root: nativeFolder,
  trim: keepOwnPlatform,
};

/** @param {string} folder @returns {string} */
function nativeFolder(folder) {
  const { platform, arch } = process;
  return path.join(folder, "node_modules", "onnxruntime-node", "bin", "napi-v6", platform, arch);
}

/** Leaves out what is for other platforms, four fifths of it. @param {string} folder @returns {readonly string[]} */
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
  return fs.readdirSync(own);
}

module.exports = {
  onnxState: () => cachedState(onnxRuntime),
  installOnnx: () => installCached(onnxRuntime),
};
