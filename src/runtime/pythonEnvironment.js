"use strict";
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { execute } = require("./execute.js");
const { freeSpace, readJson, writeJson } = require("./files.js");
const { withLock } = require("./lock.js");
const { cacheFolder } = require("./places.js");
const { Problem, again, explainFileError, explainOutput } = require("./problem.js");
const { megabytes, say, secondsSince } = require("./say.js");
const { stopOnSignals } = require("./stopOnSignals.js");
const { findPip, findPython, installPip } = require("./tools.js");

/** The first pip that installs into an environment of another Python. */
const oldestPip = [22, 3];

/** @typedef {import("./packages.js").State} State */

/**
 * An environment of Python's own, in the cache: one for each list of requirements.
 * @typedef {object} PythonEnvironment
 * @property {string} name of its folder, which the hash of its requirements follows
 * @property {string} what what is in it, for sentences: "JupyterLab"
 * @property {string} who who asks for Python, for sentences: "Notebooks need"
 * @property {string} requirementsFile lines such as "jupyterlab==4.6.6"
 * @property {number} neededBytes what it takes, rounded up
 * @property {string} duration in words
 * @property {readonly [major: number, minor: number]} oldestPython
 */

/** @param {PythonEnvironment} wanted @returns {string} its folder */
function environmentFolder({ name, requirementsFile }) {
  const hash = crypto.createHash("sha256").update(fs.readFileSync(requirementsFile));
  return path.join(cacheFolder(), `${name}-${hash.digest("hex").slice(0, 12)}`);
}

/** @param {string} folder @returns {string} the Python of an environment */
function pythonOf(folder) {
  return path.join(folder, "bin", "python");
}

/**
 * Whether the environment is whole, and its Python still the one that it was made with.
 * @param {PythonEnvironment} wanted
 * @returns {State}
 */
function environmentState(wanted) {
  const folder = environmentFolder(wanted);
  const stamp = readJson(stampFile(folder));
  if (stamp === undefined) return { status: "missing", found: "not installed" };
  if (stamp.python !== realPath(pythonOf(folder)))
    return { status: "old", found: `its Python ${stamp.python} is gone` };
  return { status: "ok", found: `${stamp.packages} (${folder})` };
}

/** @param {string} folder */
const stampFile = (folder) => path.join(folder, "fewscope.json");

/** @param {string} file @returns {string | undefined} */
function realPath(file) {
  try {
    return fs.realpathSync(file);
  } catch {
    return undefined;
  }
}

/**
 * Makes the environment, unless it is there.
 * @param {PythonEnvironment} wanted
 * @returns {Promise<string>} its folder
 * @throws Problem if Python, pip, the network or the disk is missing
 */
async function installEnvironment(wanted) {
  const folder = environmentFolder(wanted);
  if (environmentState(wanted).status === "ok") return folder;
  const stopListening = stopOnSignals();
  try {
    await withLock(`${folder}.lock`, () => makeEnvironment(wanted, folder));
  } catch (error) {
    throw explainFileError(error, cacheFolder());
  } finally {
    stopListening();
  }
  return folder;
}

/**
 * An environment cannot be moved, so it is made in its place; the stamp comes last.
 * @param {PythonEnvironment} wanted
 * @param {string} folder
 */
async function makeEnvironment(wanted, folder) {
  const { what, neededBytes, duration, requirementsFile } = wanted;
  const { status, found } = environmentState(wanted);
  if (status === "ok") return;
  const started = Date.now();
  const python = await checkedPython(wanted);
  const pip = await checkedPip(wanted, python);
  checkSpace(wanted);
  say(`setting up ${what} (${megabytes(neededBytes)} MB of disk; ${duration}): ${found}`);
  fs.rmSync(folder, { recursive: true, force: true });
  // Without a pip of its own: Debian splits that part of Python off, and ours serves as well.
  const made = await execute(python, ["-m", "venv", "--without-pip", folder]);
  if (!made.ok) throw explain(made.output, folder, "Python could not make an environment");
  const words = [...pip.slice(1), ...installArguments(requirementsFile, folder)];
  const installed = await execute(pip[0], words);
  if (!installed.ok) throw explain(installed.output, folder, `pip could not install ${what}`);
  const list = requirements(requirementsFile);
  writeJson(stampFile(folder), {
    python: realPath(pythonOf(folder)),
    packages: list.join(", ").replaceAll("==", " "),
  });
  say(`${what}: done in ${secondsSince(started)}`);
}

/** @param {string} file @returns {string[]} lines such as "jupyterlab==4.6.6" */
function requirements(file) {
  const lines = fs.readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("#"));
}

/** @param {string} requirementsFile @param {string} folder @returns {string[]} */
function installArguments(requirementsFile, folder) {
  const options = "--no-input --disable-pip-version-check --progress-bar off --retries 2 --quiet";
  const where = ["--python", pythonOf(folder), "install", "--prefer-binary"];
  return [...where, ...options.split(" "), "--requirement", requirementsFile];
}

/**
 * @param {PythonEnvironment} wanted
 * @returns {Promise<string>} a Python that can make environments
 * @throws Problem if there is none, it is too old, or Python's own module for that is missing
 */
async function checkedPython({ who, oldestPython }) {
  const found = await findPython();
  if (found === undefined)
    throw new Problem(`${who} Python 3 and none was found: install it (${installPip}) ${again}.`);
  if (isOlder(found.version, oldestPython))
    throw new Problem(
      `${who} Python ${oldestPython.join(".")} or newer and "${found.program}" is ${found.version}: put a newer one first on PATH ${again}.`,
    );
  const { ok } = await execute(found.program, ["-c", "import venv"]);
  if (ok) return found.program;
  throw new Problem(
    `Python ${found.version} is here, but not its module venv: install it (Debian, Ubuntu: apt install python3-venv) ${again}.`,
  );
}

/**
 * @param {PythonEnvironment} wanted
 * @param {string} python only for the sentence
 * @returns {Promise<import("./tools.js").Pip["command"]>}
 */
async function checkedPip({ who }, python) {
  const pip = await findPip();
  if (pip === undefined)
    throw new Problem(`"${python}" is here, but no pip: install it (${installPip}) ${again}.`);
  if (!isOlder(pip.version, oldestPip)) return pip.command;
  throw new Problem(
    `${who} pip ${oldestPip.join(".")} or newer and "${pip.command.join(" ")}" is ${pip.version}: update it ("${pip.command.join(" ")} install --upgrade pip") ${again}.`,
  );
}

/** @param {string} version @param {readonly number[]} oldest major and minor @returns {boolean} */
function isOlder(version, [wantedMajor = 0, wantedMinor = 0]) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}

/** @param {PythonEnvironment} wanted */
function checkSpace({ what, neededBytes }) {
  const free = freeSpace(cacheFolder());
  if (free >= neededBytes) return;
  throw new Problem(
    `For ${what}, ${megabytes(neededBytes)} MB of disk are needed and "${cacheFolder()}" has ${megabytes(free)} MB free: free some space, or set FEWSCOPE_CACHE to a folder on another disk, ${again}.`,
  );
}

/** @param {string} output @param {string} folder @param {string} what @returns {Problem} */
function explain(output, folder, what) {
  const known = explainOutput(output, {
    place: path.dirname(folder),
    registry: "Python's package registry",
  });
  if (known !== undefined) return known;
  const lacking = /No matching distribution found for (\S+)/.exec(output)?.[1];
  if (lacking !== undefined)
    return new Problem(
      `Python's package registry offers no ${lacking} for this Python: let pip use a complete one (pip config list shows what it uses) ${again}.`,
    );
  const reason = /ERROR: (.*)/.exec(output)?.[1] ?? output.trim().split("\n").at(-1);
  return new Problem(`${what} (${reason}): mend this ${again}.`);
}

module.exports = { environmentFolder, environmentState, installEnvironment, pythonOf };
