"use strict";
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

/**
 * The content of a JSON file, or nothing where it is missing or broken.
 * @param {string} file
 * @returns {any}
 */
function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Writes a file so that it is there whole or not at all.
 * @param {string} file
 * @param {unknown} value
 */
function writeJson(file, value) {
  const temporary = `${file}.${process.pid}.tmp`;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(temporary, `${JSON.stringify(value, undefined, 2)}\n`);
  fs.renameSync(temporary, file);
}

/**
 * Copies a file so that it is there whole or not at all, and a process that has the old one open keeps it.
 * @param {string} from
 * @param {string} to
 */
function copyWhole(from, to) {
  const temporary = `${to}.${process.pid}.tmp`;
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(from, temporary);
  fs.renameSync(temporary, to);
}

/** @param {string} file @returns {number | undefined} its size in bytes, if it is there */
function fileSize(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.size;
}

/**
 * All files below a folder, as paths relative to it, sorted.
 * @param {string} folder
 * @returns {string[]}
 */
function filesBelow(folder) {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

/**
 * Bytes in a folder; what vanishes while it is counted does not count.
 * @param {string} folder
 * @returns {number}
 */
function folderSize(folder) {
  try {
    return filesBelow(folder).reduce(
      (sum, file) => sum + (fileSize(path.join(folder, file)) ?? 0),
      0,
    );
  } catch {
    return 0;
  }
}

/**
 * One hash for names and contents of files.
 * @param {string} folder
 * @param {readonly string[]} files relative to it
 * @returns {string}
 */
function hashOfFiles(folder, files) {
  const hash = crypto.createHash("sha256");
  for (const file of files) {
    const content = fs.readFileSync(path.join(folder, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/**
 * Bytes that are free for us on the disk of a folder, which need not exist yet.
 * @param {string} folder
 * @returns {number}
 */
function freeSpace(folder) {
  let there = folder;
  while (!fs.existsSync(there)) there = path.dirname(there);
  const { bavail, bsize } = fs.statfsSync(there);
  return bavail * bsize;
}

module.exports = {
  readJson,
  writeJson,
  copyWhole,
  fileSize,
  filesBelow,
  folderSize,
  hashOfFiles,
  freeSpace,
};
