"use strict";
const { cacheFolder } = require("./places.js");

/** Something that the user can mend; shown as this one sentence, without a stack trace. */
class Problem extends Error {
  /** @param {string} message what is wrong, and what to install or do */
  constructor(message) {
    super(message);
    this.name = "Problem";
  }
}

const again = "and run the same command again; what is done stays done";

/** @type {Readonly<Record<string, (place: string) => Problem>>} */
const fileProblems = {
  ENOSPC: (place) => fullDisk(place),
  EDQUOT: (place) => fullDisk(place),
  EACCES: (place) => unwritable(place, "permission denied"),
  EPERM: (place) => unwritable(place, "permission denied"),
  EROFS: (place) => unwritable(place, "the file system is read-only"),
  ENOTDIR: (place) => unwritable(place, "a part of its path is a file, not a folder"),
  EEXIST: (place) => unwritable(place, "a file of that name is in the way"),
};

/** @param {string} place @returns {Problem} */
function fullDisk(place) {
  return new Problem(
    `The disk that holds "${place}" is full: free some space${orElsewhere(place, "on another disk")} ${again}.`,
  );
}

/**
 * @param {string} place
 * @param {string} why
 * @returns {Problem}
 */
function unwritable(place, why) {
  return new Problem(
    `"${place}" cannot be written (${why}): change its permissions${orElsewhere(place, "that can be written")} ${again}.`,
  );
}

/** The cache may lie elsewhere, the project's own folders not. @param {string} place @param {string} what */
function orElsewhere(place, what) {
  return place.startsWith(cacheFolder()) ? `, or set FEWSCOPE_CACHE to a folder ${what},` : "";
}

/**
 * Turns a file system error into the sentence for it; other errors come back as they are.
 * @param {unknown} error
 * @param {string} place the folder that was being written
 * @returns {unknown}
 */
function explainFileError(error, place) {
  const code = /** @type {NodeJS.ErrnoException | undefined} */ (error)?.code;
  const problem = code === undefined ? undefined : fileProblems[code];
  return problem === undefined ? error : problem(place);
}

/** What the tools we start write when the network or the disk is the cause. */
const networkWords =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|network request to|NewConnectionError|Connection (?:refused|aborted|broken)|name resolution|ConnectTimeout|Read timed out|ProxyError|CERTIFICATE_VERIFY_FAILED|SSLError/;
const diskWords = /ENOSPC|No space left on device/;

/**
 * Finds the sentence for a tool's failure in what it wrote, if it is the network or the disk.
 * @param {string} output
 * @param {{ place: string, registry: string }} about the folder it wrote to, and how to name the server it asked
 * @returns {Problem | undefined}
 */
function explainOutput(output, { place, registry }) {
  if (diskWords.test(output)) return fullDisk(place);
  if (networkWords.test(output)) {
    return new Problem(
      `${registry} cannot be reached: check the network and the proxy settings ${again}.`,
    );
  }
  return undefined;
}

module.exports = { Problem, explainFileError, explainOutput, unwritable, again };
