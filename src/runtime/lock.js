"use strict";
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { watchers } = require("./execute.js");
const { readJson, writeJson } = require("./files.js");
const { explainFileError, unwritable } = require("./problem.js");
const { say } = require("./say.js");

const beatMilliseconds = 2_000;
/** Without a beat for this long, the owner is gone or stopped, whatever its process number says. */
const staleMilliseconds = 30_000;
const pollMilliseconds = 300;

/** @type {Set<string>} */
const held = new Set();

/**
 * Does work while no other process does work under the same lock file; waits for its turn.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withLock(file, work) {
  await take(file);
  held.add(file);
  const beat = setInterval(() => touch(file), beatMilliseconds);
  // A child may outlive an owner that was killed; who comes next must wait for it.
  const noteChildren = (/** @type {number[]} */ children) => {
    try {
      writeJson(file, owner(children));
    } catch {
      // On a full disk the work itself will say so, and better.
    }
  };
  watchers.add(noteChildren);
  try {
    return await work();
  } finally {
    watchers.delete(noteChildren);
    clearInterval(beat);
    release(file);
  }
}

/** @param {number[]} children */
function owner(children) {
  return { pid: process.pid, host: os.hostname(), children };
}

/** @param {string} file */
async function take(file) {
  let told = false;
  for (;;) {
    if (create(file, owner([]))) return;
    if (isStale(file) && takeAway(file)) continue;
    if (!told) say(`another process is setting up already (${file}); waiting for it`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }
}

/** @param {string} file @param {unknown} content @returns {boolean} whether the file is ours now */
function create(file, content) {
  const folder = path.dirname(file);
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(file, JSON.stringify(content), { flag: "wx" });
    return true;
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === "EEXIST" && fs.existsSync(file)) return false;
    // What making folders one in another says on a read-only disk.
    if (code === "ENOENT") throw unwritable(folder, "it cannot be made");
    throw explainFileError(error, folder);
  }
}

/**
 * Whether the owner of a lock will never release it.
 * @param {string} file
 * @returns {boolean}
 */
function isStale(file) {
  const modified = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (modified === undefined) return false;
  const content = readJson(file);
  const age = Date.now() - modified;
  if (content === undefined || content.host !== os.hostname()) return age > staleMilliseconds;
  if (content.children.some(isAlive)) return age > 20 * staleMilliseconds;
  return !isAlive(content.pid) || age > staleMilliseconds;
}

/** Removes a stale lock; only one process at a time may, else a second one could remove a fresh lock. @param {string} file */
function takeAway(file) {
  const turn = `${file}.turn`;
  if (!create(turn, {})) {
    const age = Date.now() - (fs.statSync(turn, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > staleMilliseconds) fs.rmSync(turn, { force: true });
    return false;
  }
  try {
    if (isStale(file)) fs.rmSync(file, { force: true });
    return true;
  } finally {
    fs.rmSync(turn, { force: true });
  }
}

/** @param {number} pid @returns {boolean} */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    // Linux: one that has ended and that its parent has not asked about yet still has its number.
    const stat = `/proc/${pid}/stat`;
    return !(fs.existsSync(stat) && fs.readFileSync(stat, "utf8").includes(") Z "));
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/** @param {string} file */
function touch(file) {
  try {
    fs.utimesSync(file, new Date(), new Date());
  } catch {
    // The next one to look decides by the process number.
  }
}

/** @param {string} file */
function release(file) {
  held.delete(file);
  if (readJson(file)?.pid === process.pid) fs.rmSync(file, { force: true });
}

/** Releases every lock of this process, for an end that was not planned. */
function releaseAll() {
  for (const file of held) release(file);
}

module.exports = { withLock, releaseAll, isStale };
