"use strict";
const path = require("node:path");
const { installJupyter, jupyterPython } = require("./jupyter.js");
const { projectFolder } = require("./places.js");
const { Problem } = require("./problem.js");
const { runOnTerminal } = require("./runOnTerminal.js");

const notebooksFolder = path.join(projectFolder, "notebooks");
/** Holds the kernel of this very checkout, whatever other checkouts put into the environment that all of them share. */
const ownPrefix = path.join(projectFolder, ".cache", "jupyter");

/**
 * Opens JupyterLab on the notebooks, until Ctrl-C.
 * @param {readonly string[]} args handed on to JupyterLab, for example --no-browser or --port=8899
 * @returns {Promise<number>} exit code
 * @throws Problem if what JupyterLab needs cannot be installed
 */
async function lab(args) {
  const { python, env } = await prepareJupyter();
  // At the end, since the user's own options must win over ours.
  const { code } = await runOnTerminal(python, ["-m", "jupyter", "lab", ...labOptions(), ...args], {
    env,
  });
  return code ?? 1;
}

/** @returns {string[]} */
function labOptions() {
  const asRoot = process.getuid?.() === 0 ? ["--allow-root"] : [];
  // Without the answer, Ctrl-C asks a question first.
  return [`--ServerApp.root_dir=${notebooksFolder}`, "--JupyterApp.answer_yes=True", ...asRoot];
}

/**
 * Installs JupyterLab where it is missing, and the kernel of this checkout in it.
 * @returns {Promise<{ python: string, env: NodeJS.ProcessEnv }>} the Python with Jupyter, and the environment to run it in
 */
async function prepareJupyter() {
  const folder = await installJupyter();
  for (const prefix of [folder, ownPrefix]) installKernel(prefix);
  const own = path.join(ownPrefix, "share", "jupyter");
  const JUPYTER_PATH = [own, process.env.JUPYTER_PATH ?? ""].filter(Boolean).join(path.delimiter);
  return { python: jupyterPython(folder), env: { ...process.env, JUPYTER_PATH } };
}

/** @param {string} prefix */
function installKernel(prefix) {
  const kernel = require(path.join(projectFolder, "dist", "kernel", "index.js"));
  try {
    kernel.installKernel({ prefix });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw error instanceof kernel.KernelInputError ? new Problem(error.message) : error;
  }
}

module.exports = { lab, prepareJupyter };
