"use strict";
const path = require("node:path");
const { projectFolder } = require("./places.js");
const {
  environmentFolder,
  environmentState,
  installEnvironment,
  pythonOf,
} = require("./pythonEnvironment.js");

/** @type {import("./pythonEnvironment.js").PythonEnvironment} */
const jupyter = {
  name: "jupyter",
  what: "JupyterLab",
  who: "Notebooks need",
  requirementsFile: path.join(projectFolder, "notebooks", "requirements.txt"),
  neededBytes: 400e6,
  duration: "half a minute or more",
  // JupyterLab's own demand.
  oldestPython: [3, 10],
};

/** @returns {string} the environment for the notebooks, in the cache: one for each list of requirements */
function jupyterFolder() {
  return environmentFolder(jupyter);
}

/** @param {string} [folder] @returns {string} the Python of the environment */
function jupyterPython(folder = jupyterFolder()) {
  return pythonOf(folder);
}

/**
 * Whether the environment is whole, and its Python still the one that it was made with.
 * @returns {import("./packages.js").State}
 */
function jupyterState() {
  return environmentState(jupyter);
}

/**
 * Makes the environment with JupyterLab, unless it is there.
 * @returns {Promise<string>} its folder
 * @throws Problem if Python, pip, the network or the disk is missing
 */
function installJupyter() {
  return installEnvironment(jupyter);
}

module.exports = { installJupyter, jupyterFolder, jupyterPython, jupyterState };
