"use strict";
const fs = require("node:fs");
const Mocha = require("mocha");

/** Milliseconds after the last test in which the process must end by itself, unless an option says otherwise. */
const usualFarewell = 60_000;

/**
 * Mocha's usual report; beside it, each outcome goes to a file at once, one letter a test, so that the counts are right even
 * if the process dies: p passed, f failed, s skipped, and "." when all is over. What a test leaves running would keep the process for ever: it is told and ended.
 * @param {any} runner
 * @param {any} options
 */
function mochaReporter(runner, options) {
  const file = options.reporterOptions?.outcomes;
  const farewell = Number(options.reporterOptions?.farewell ?? usualFarewell);
  const note = (/** @type {string} */ letter) => {
    if (file !== undefined) fs.appendFileSync(file, letter);
  };
  const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END } =
    Mocha.Runner.constants;
  runner.on(EVENT_TEST_PASS, () => note("p"));
  runner.on(EVENT_TEST_FAIL, () => note("f"));
  runner.on(EVENT_TEST_PENDING, () => note("s"));
  runner.on(EVENT_RUN_END, () => {
    note(".");
    setTimeout(() => {
      note("f.");
      endWhatIsLeft(farewell);
    }, farewell).unref();
  });
  return new Mocha.reporters.Spec(runner, options);
}

/** @param {number} waited milliseconds */
function endWhatIsLeft(waited) {
  const left = process.getActiveResourcesInfo().join(", ");
  console.error(
    `The tests have ended ${waited / 1000} s ago, and what one of them started still runs: ${left}. A test must end what it starts.`,
  );
  process.exit(1);
}

module.exports = mochaReporter;
