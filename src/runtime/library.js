"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { execute } = require("./execute.js");
const { fileSize, folderSize, freeSpace, readJson, writeJson } = require("./files.js");
const { cacheFolder } = require("./places.js");
const { tensorFlowVersion } = require("./platformWheel.js");
const { Problem, again, explainOutput } = require("./problem.js");
const { megabytes, say, sayProgress } = require("./say.js");
const { findPip, findPython, installPip } = require("./tools.js");
const { unzipMembers } = require("./unzipMembers.js");

/** Packed package and unpacked libraries side by side, rounded up. */
const neededBytes = 1.25e9;

/** @typedef {import("./platformWheel.js").Wheel} Wheel */

/** @param {Wheel} wheel @returns {string} where the library lives in the cache */
function libraryFolder(wheel) {
  return path.join(cacheFolder(), wheel.key);
}

/**
 * The folder appears whole, by one rename; the sizes tell whether someone changed it since.
 * @param {string} folder
 * @returns {boolean}
 */
function libraryIsWhole(folder) {
  const manifest = readJson(path.join(folder, "manifest.json"));
  return (
    manifest !== undefined &&
    Object.entries(manifest.sizes).every(
      ([name, size]) => fileSize(path.join(folder, name)) === size,
    )
  );
}

/**
 * Fetches the Python package with TensorFlow's library and keeps the libraries and the C headers of it.
 * @param {Wheel} wheel
 * @param {string} folder where they go
 * @throws Problem if pip, the network or the disk is missing
 */
async function fetchLibrary(wheel, folder) {
  if (libraryIsWhole(folder)) return;
  removeLeftovers(folder);
  checkSpace(folder);
  const staging = `${folder}.${process.pid}.tmp`;
  const unpacked = path.join(staging, "unpacked");
  fs.mkdirSync(unpacked, { recursive: true });
  try {
    const packed = await downloadWheel(wheel, staging);
    say(`native TensorFlow ${tensorFlowVersion}: unpacking`);
    await unpack(wheel, packed, unpacked);
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(unpacked, folder);
  } finally {
    fs.rmSync(staging, { recursive: true, force: true });
  }
}

/** Removes what killed runs have left; the lock says that nobody is using it. @param {string} folder */
function removeLeftovers(folder) {
  const parent = path.dirname(folder);
  for (const name of fs.readdirSync(parent)) {
    if (name.startsWith(`${path.basename(folder)}.`) && name.endsWith(".tmp")) {
      fs.rmSync(path.join(parent, name), { recursive: true, force: true });
    }
  }
}

/** @param {string} folder */
function checkSpace(folder) {
  const free = freeSpace(folder);
  if (free >= neededBytes) return;
  throw new Problem(
    `Native TensorFlow needs ${megabytes(neededBytes)} MB of disk while it is set up (850 MB afterwards) and "${path.dirname(folder)}" has ${megabytes(free)} MB free: free some space, or set FEWSCOPE_CACHE to a folder on another disk, ${again}.`,
  );
}

/**
 * @param {Wheel} wheel
 * @param {string} staging
 * @returns {Promise<string>} the file
 */
async function downloadWheel(wheel, staging) {
  const pip = await findPip();
  if (pip === undefined) {
    const python = await findPython();
    const lack =
      python === undefined
        ? "Python 3 with pip was"
        : `Python ${python.version} is here, but its pip was`;
    throw new Problem(`${lack} not found: install it (${installPip}) ${again}.`);
  }
  const [program, ...before] = pip.command;
  const temporary = path.join(staging, "temporary");
  fs.mkdirSync(temporary);
  say(`native TensorFlow ${tensorFlowVersion}: downloading about 270 MB (850 MB when unpacked)`);
  const progress = sayProgress(`native TensorFlow ${tensorFlowVersion}: downloading`);
  /** @type {number | undefined} */
  let total;
  const poll = setInterval(() => progress.update(folderSize(temporary), total), 500);
  const result = await execute(
    program,
    [...before, ...downloadArguments(wheel), "--dest", path.join(staging, "packed")],
    {
      // pip's own cache and temporary folder are elsewhere, and would take the space twice.
      env: { ...process.env, TMPDIR: temporary, PIP_NO_CACHE_DIR: "1", PYTHONUNBUFFERED: "1" },
      onLine: (line) => {
        const size = /\(([\d.]+) MB\)/.exec(line)?.[1];
        if (size !== undefined) total = Number(size) * 1e6;
      },
    },
  );
  clearInterval(poll);
  progress.end();
  if (!result.ok) throw explainPip(result.output, wheel, staging);
  const [name = ""] = fs.readdirSync(path.join(staging, "packed"));
  return path.join(staging, "packed", name);
}

/** The package fits one Python, but of it only the C library is used, so any Python can fetch it. @param {Wheel} wheel */
function downloadArguments(wheel) {
  const options = "download --no-deps --only-binary=:all: --python-version 3.11 --no-input";
  const quiet = "--disable-pip-version-check --progress-bar off --retries 2";
  const what = ["--platform", wheel.tag, `${wheel.name}==${tensorFlowVersion}`];
  return [...options.split(" "), ...quiet.split(" "), ...what];
}

/** @param {string} output @param {Wheel} wheel @param {string} staging @returns {Problem} */
function explainPip(output, wheel, staging) {
  const what = `${wheel.name} ${tensorFlowVersion}`;
  const known = explainOutput(output, {
    place: path.dirname(staging),
    registry: "Python's package registry",
  });
  if (known !== undefined) return known;
  if (/No matching distribution/.test(output)) {
    return new Problem(
      `Python's package registry offers no ${what} for this platform: let pip use a complete one (pip config list shows what it uses) ${again}.`,
    );
  }
  const reason = /ERROR: (.*)/.exec(output)?.[1] ?? output.trim().split("\n").at(-1);
  return new Problem(`pip could not download ${what} (${reason}): mend this ${again}.`);
}

/** @param {Wheel} wheel @param {string} packed @param {string} folder */
async function unpack(wheel, packed, folder) {
  await unzipMembers(packed, (name) => {
    const library = wheel.libraries.find((file) => name === `tensorflow/${file}`);
    if (library !== undefined) return path.join(folder, library);
    const header = /^tensorflow\/(include\/.*(?:\/c\/|ctstring).*\.h)$/.exec(name)?.[1];
    return header === undefined ? undefined : path.join(folder, header);
  });
  const sizes = wheel.libraries.map((file) => [file, fileSize(path.join(folder, file))]);
  const lacking = sizes.find(([, size]) => size === undefined);
  if (lacking !== undefined) {
    throw new Problem(`${path.basename(packed)} holds no ${lacking[0]}: report this, please.`);
  }
  writeJson(path.join(folder, "manifest.json"), {
    from: path.basename(packed),
    sizes: Object.fromEntries(sizes),
  });
}

module.exports = { libraryFolder, libraryIsWhole, fetchLibrary };
