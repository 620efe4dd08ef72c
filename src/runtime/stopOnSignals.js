"use strict";
const { endAll } = require("./execute.js");
const { releaseAll } = require("./lock.js");
const { say } = require("./say.js");

/** @type {ReadonlyArray<[NodeJS.Signals, exitCode: number]>} */
const signals = [
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGTERM", 143],
];

/**
 * From now on, Ctrl-C and the like end this process and all that `execute` has started, and release our locks.
 * @returns {() => void} ends that
 */
function stopOnSignals() {
  let stopping = false;
  const endings = signals.map(([signal, code]) => {
    const listener = async () => {
      if (stopping) return;
      stopping = true;
      await endAll();
      releaseAll();
      say("stopped; the same command goes on from here");
      process.exit(code);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => endings.forEach((end) => end());
}

module.exports = { stopOnSignals };
