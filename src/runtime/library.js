"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { execute } = require("./execute.js");
const { fileSize, filesBelow, folderSize, freeSpace, readJson, writeJson } = require("./files.js");
const { cacheFolder } = require("./places.js");
const { tensorFlowVersion } = require("./platformWheel.js");
const { Problem, again, explainOutput } = require("./problem.js");
const { megabytes, say, sayProgress } = require("./say.js");
const { findPip, findPython, installPip } = require("./tools.js");
const { unzipMembers } = require("./unzipMembers.js");

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
  checkSpace(wheel, folder);
  const staging = `${folder}.${process.pid}.tmp`;
  const unpacked = path.join(staging, "unpacked");
  fs.mkdirSync(unpacked, { recursive: true });
  try {
    const packed = await download(wheel, staging);
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

/** @param {Wheel} wheel @param {string} folder */
function checkSpace(wheel, folder) {
  const free = freeSpace(folder);
  // Packed and unpacked lie side by side, rounded up.
  const neededBytes = 1.1 * (wheel.packedBytes + wheel.bytes);
  if (free >= neededBytes) return;
  throw new Problem(
    `Native TensorFlow needs ${megabytes(neededBytes)} MB of disk while it is set up (${megabytes(wheel.bytes)} MB afterwards) and "${path.dirname(folder)}" has ${megabytes(free)} MB free: free some space, or set FEWSCOPE_CACHE to a folder on another disk, ${again}.`,
  );
}

/**
 * @param {Wheel} wheel
 * @param {string} staging
 * @returns {Promise<string[]>} the files
 */
async function download(wheel, staging) {
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
  say(
    `native TensorFlow ${tensorFlowVersion}: downloading about ${megabytes(wheel.packedBytes)} MB (${megabytes(wheel.bytes)} MB when unpacked)`,
  );
  const progress = sayProgress(`native TensorFlow ${tensorFlowVersion}: downloading`);
  const poll = setInterval(() => progress.update(folderSize(temporary), wheel.packedBytes), 500);
  const result = await execute(
    program,
    [...before, ...downloadArguments(wheel), "--dest", path.join(staging, "packed")],
    {
      // pip's own cache and temporary folder are elsewhere, and would take the space twice.
      env: { ...process.env, TMPDIR: temporary, PIP_NO_CACHE_DIR: "1", PYTHONUNBUFFERED: "1" },
    },
  );
  clearInterval(poll);
  progress.end();
  if (!result.ok) throw explainPip(result.output, wheel, staging);
  const folder = path.join(staging, "packed");
  return fs.readdirSync(folder).map((name) => path.join(folder, name));
}

/** The package fits one Python, but of it only the C library is used, so any Python can fetch it. @param {Wheel} wheel */
function downloadArguments(wheel) {
  const options = "download --no-deps --only-binary=:all: --python-version 3.11 --no-input";
  const quiet = "--disable-pip-version-check --progress-bar off --retries 2";
  const platforms = wheel.tags.flatMap((tag) => ["--platform", tag]);
  const what = [`${wheel.name}==${tensorFlowVersion}`, ...wheel.beside];
  return [...options.split(" "), ...quiet.split(" "), ...platforms, ...what];
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

/**
 * @param {Wheel} wheel
 * @param {readonly string[]} packed each is removed once it is unpacked
 * @param {string} folder
 */
async function unpack(wheel, packed, folder) {
  for (const file of packed) {
    await unzipMembers(file, (name) => {
      const kept = keptAs(wheel, name);
      return kept === undefined ? undefined : path.join(folder, kept);
    });
    fs.rmSync(file);
  }
  const cuda = filesBelow(folder).filter((file) => file.startsWith("nvidia"));
  for (const file of cuda.filter((name) => name.includes("/bin/")))
    fs.chmodSync(path.join(folder, file), 0o755);
  const from = packed.map((file) => path.basename(file));
  const lacking = wheel.libraries.find((file) => !fs.existsSync(path.join(folder, file)));
  if (lacking !== undefined)
    throw new Problem(`${from.join(", ")} holds no ${lacking}: report this, please.`);
  const files = [...wheel.libraries, ...cuda];
  writeJson(path.join(folder, "manifest.json"), {
    from: from.join(", "),
    sizes: Object.fromEntries(files.map((file) => [file, fileSize(path.join(folder, file))])),
  });
}

/**
 * Where a file of a package goes, if it is needed: TensorFlow's libraries and headers, and all of CUDA that is not for compiling against it.
 * @param {Wheel} wheel
 * @param {string} name
 * @returns {string | undefined}
 */
function keptAs(wheel, name) {
  const library = wheel.libraries.find((file) => name === `tensorflow/${path.basename(file)}`);
  if (library !== undefined) return library;
  if (/^nvidia\/\w+\/(lib|bin|nvvm)\/.*[^/]$/.test(name) && !name.endsWith(".a")) return name;
  return /^tensorflow\/(include\/.*(?:\/c\/|ctstring).*\.h)$/.exec(name)?.[1];
}

module.exports = { libraryFolder, libraryIsWhole, fetchLibrary };
