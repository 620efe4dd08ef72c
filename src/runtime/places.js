"use strict";
const os = require("node:os");
const path = require("node:path");

/** The top folder of the project. */
const projectFolder = path.join(__dirname, "..", "..");
const modulesFolder = path.join(projectFolder, "node_modules");
const tfjsNodeFolder = path.join(modulesFolder, "@tensorflow", "tfjs-node");

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

module.exports = { projectFolder, modulesFolder, tfjsNodeFolder, cacheFolder };
