"use strict";
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

/** The top folder of the project. */
const projectFolder = path.join(__dirname, "..", "..");
/** Whether this is a package that npm has put into somebody's project, where nothing is left to install and to build. */
const isPackage = !fs.existsSync(path.join(projectFolder, "tsconfig.json"));
const modulesFolder = isPackage
  ? modulesAround(projectFolder)
  : path.join(projectFolder, "node_modules");
const tfjsNodeFolder = path.join(modulesFolder, "@tensorflow", "tfjs-node");

/**
 * Where npm has put what this package needs: the nearest folder above that has TensorFlow in it.
 * @param {string} folder
 * @returns {string}
 */
function modulesAround(folder) {
  for (let there = folder; ; there = path.dirname(there)) {
    const modules = path.join(there, "node_modules");
    if (fs.existsSync(path.join(modules, "@tensorflow", "tfjs-node"))) return modules;
    if (there === path.dirname(there)) return path.join(folder, "node_modules");
  }
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

module.exports = { projectFolder, isPackage, modulesFolder, tfjsNodeFolder, cacheFolder };
