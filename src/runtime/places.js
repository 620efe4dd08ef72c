"use strict";
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

/** The top folder of the project. */
const projectFolder = path.join(__dirname, "..", "..");
/** Whether this is a package that npm has put into somebody's project, where nothing is left to install and to build. */
const isPackage = !fs.existsSync(path.join(projectFolder, "tsconfig.json"));
const tfjsNodeFolder = packageFolder("@tensorflow/tfjs-node");
/** The folder that TensorFlow and most others lie in. */
const modulesFolder = path.join(tfjsNodeFolder, "..", "..");

/**
 * Where a package lies that this one needs: in the project's own folder, or, where npm has installed this one, in the nearest
 * folder above that has it. It need not be there yet.
 * @param {string} name
 * @returns {string}
 */
function packageFolder(name) {
  const own = path.join(projectFolder, "node_modules", name);
  if (!isPackage) return own;
  for (let there = projectFolder; there !== path.dirname(there); there = path.dirname(there)) {
    const folder = path.join(there, "node_modules", name);
    if (fs.existsSync(folder)) return folder;
  }
  return own;
}

/**
 * The folder for what can be made or fetched again; the same rule as `cacheFolder` in src/core/files.ts.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 */
function cacheFolder(env = process.env) {
  if (env.FEWSCOPE_CACHE) return path.resolve(env.FEWSCOPE_CACHE);
  if (process.platform === "darwin")
    return path.join(os.homedir(), "Library", "Caches", "fewscope");
  return path.join(env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "fewscope");
}

module.exports = {
  projectFolder,
  isPackage,
  packageFolder,
  modulesFolder,
  tfjsNodeFolder,
  cacheFolder,
};
