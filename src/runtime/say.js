"use strict";
// Everything set-up says goes to stderr, so that a command's own stdout stays clean.

const secondsBetweenLines = 15;

/** @param {string} line */
function say(line) {
  process.stderr.write(`fewscope: ${line}\n`);
}

/**
 * Shows how a download goes: one line updated in place on a terminal, now and then a line elsewhere.
 * @param {string} what
 * @returns {{ update: (bytes: number, total: number | undefined) => void, end: () => void }}
 */
function sayProgress(what) {
  const started = Date.now();
  let lastLine = started;
  let shown = false;
  return {
    update(bytes, total) {
      const now = Date.now();
      const terminal = process.stderr.isTTY;
      if (!terminal && now - lastLine < secondsBetweenLines * 1000) return;
      lastLine = now;
      shown = true;
      const rate = bytes / 1e6 / Math.max(1, (now - started) / 1000);
      const amount = `${megabytes(bytes)}${total === undefined ? "" : ` of ${megabytes(total)}`} MB`;
      const line = `fewscope: ${what}: ${amount}, ${rate.toFixed(1)} MB/s`;
      process.stderr.write(terminal ? `\r\u001b[K${line}` : `${line}\n`);
    },
    end() {
      if (shown && process.stderr.isTTY) process.stderr.write("\r\u001b[K");
    },
  };
}

/** @param {number} bytes @returns {string} */
function megabytes(bytes) {
  return (bytes / 1e6).toFixed(0);
}

/** @param {number} since from Date.now() @returns {string} */
function secondsSince(since) {
  return `${((Date.now() - since) / 1000).toFixed(0)} s`;
}

module.exports = { say, sayProgress, megabytes, secondsSince };
