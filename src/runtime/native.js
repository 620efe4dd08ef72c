"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { bindingFile, cachedBinding, compileBinding, ownHash } = require("./compileBinding.js");
const { copyWhole, fileSize, readJson, writeJson } = require("./files.js");
const { fetchLibrary, libraryFolder, libraryIsWhole } = require("./library.js");
const { withLock } = require("./lock.js");
const { installOfficial } = require("./officialDownload.js");
const { cacheFolder } = require("./places.js");
const { hasCuda, platformWheel, tensorFlowVersion, wantedKind } = require("./platformWheel.js");
const { Problem, again, explainFileError } = require("./problem.js");
const { probeTensorFlow } = require("./probeTensorFlow.js");
const { say } = require("./say.js");
const { findCompiler, installCompiler } = require("./tools.js");

/** Beside the binding, so that it goes when npm replaces the package. */
const stampFile = path.join(path.dirname(bindingFile), "fewscope.json");

/** @typedef {{ file: string, size: number }} SeenFile */

/**
 * Whether the binding and the libraries it loads are those that were seen working.
 * @returns {import("./packages.js").State}
 */
function nativeState() {
  const stamp = readJson(stampFile);
  if (fileSize(bindingFile) === undefined) return { status: "missing", found: "not installed" };
  if (stamp === undefined) return { status: "old", found: "not tried yet" };
  if (outdated(stamp)) return { status: "old", found: "made by an older fewscope" };
  if (unwanted(stamp)) return { status: "old", found: "of another kind than FEWSCOPE_TENSORFLOW asks for" }; // prettier-ignore
  /** @type {SeenFile[]} */
  const seen = [...stamp.libraries, stamp.binding];
  const gone = seen.find(({ file, size }) => fileSize(file) !== size);
  if (gone !== undefined) return { status: "missing", found: `${gone.file} is gone or changed` };
  return { status: "ok", found: `TensorFlow ${stamp.version}` };
}

/**
 * Whether the binding is of our making, but not of today's sources. An official one has nothing of ours in it.
 * @param {{ made?: string } | undefined} stamp
 */
function outdated(stamp) {
  return stamp !== undefined && stamp.made !== "official" && stamp.made !== ownHash;
}

/**
 * Whether the binding is to another TensorFlow than the user wants now: with CUDA instead of without, or the other way round.
 * @param {{ libraries: readonly SeenFile[] } | undefined} stamp
 */
function unwanted(stamp) {
  const wanted = wantedKind();
  if (stamp === undefined || wanted === undefined) return false;
  return hasCuda(stamp.libraries.map(({ file }) => file)) !== (wanted === "cuda");
}

/**
 * Puts native TensorFlow in place: what works already, else the cache, else the official download where it answers, else the
 * library inside the Python package.
 * @throws Problem if a tool, the network or the disk is missing
 */
async function installNative() {
  const stamp = readJson(stampFile);
  if (outdated(stamp) || unwanted(stamp)) fs.rmSync(bindingFile, { force: true });
  if (fs.existsSync(bindingFile) && (await acceptIfItWorks()).works) return;
  const wheel = platformWheel();
  const folder = libraryFolder(wheel);
  if (!libraryIsWhole(folder) && (await installOfficial())) {
    if ((await acceptIfItWorks("official")).works) return;
    say("the official native TensorFlow was fetched but does not work here; taking the other way");
  }
  const reason = await withLock(`${folder}.lock`, () => useLibrary(wheel, folder));
  if (reason !== "") {
    throw new Problem(
      `Native TensorFlow ${tensorFlowVersion} is in place but does not load (${reason}): remove "${folder}" ${again}.`,
    );
  }
}

/**
 * @param {import("./platformWheel.js").Wheel} wheel
 * @param {string} folder
 * @returns {Promise<string>} why it does not load, or ""
 */
async function useLibrary(wheel, folder) {
  const cached = cachedBinding(folder);
  if (libraryIsWhole(folder) && fs.existsSync(cached)) {
    // It may come from a newer system, or from a cache that lay elsewhere; then it is compiled again.
    if ((await putInPlace(cached)).works) return "";
  }
  // Asked before the long download, not after it.
  if (findCompiler() === undefined) {
    throw new Problem(
      `No C++ compiler was found (looked for $CXX, g++, clang++, c++): install one (${installCompiler}) ${again}.`,
    );
  }
  try {
    await fetchLibrary(wheel, folder);
    await compileBinding(wheel, folder);
  } catch (error) {
    throw explainFileError(error, cacheFolder());
  }
  return (await putInPlace(cached)).reason;
}

/** @param {string} binding to copy to where tfjs-node looks, and to try there */
async function putInPlace(binding) {
  copyWhole(binding, bindingFile);
  return acceptIfItWorks(ownHash);
}

/**
 * Tries the binding that is there and, if it works, notes all its parts.
 * @param {string} [made] what it was made of: "official", or the hash of our sources; where nobody knows, it is left alone
 */
async function acceptIfItWorks(made = readJson(stampFile)?.made ?? "official") {
  const { facts, reason } = await probeTensorFlow();
  if (facts === undefined) return { works: false, reason };
  writeJson(stampFile, {
    version: facts.version,
    made,
    binding: seenFile(bindingFile),
    libraries: facts.libraries.map(seenFile),
  });
  return { works: true, reason };
}

/** @param {string} file @returns {SeenFile} */
function seenFile(file) {
  return { file, size: fileSize(file) ?? 0 };
}

module.exports = { nativeState, installNative };
