"use strict";
const fs = require("node:fs");
const Mocha = require("mocha");

/**
 * Mocha's usual report; beside it, each outcome goes to a file at once, one letter a test, so that the counts are right even
 * if the process dies: p passed, f failed, s skipped, and "." when all is over.
 * @param {any} runner
 * @param {any} options
 */
function mochaReporter(runner, options) {
  const file = options.reporterOptions?.outcomes;
  const note = (/** @type {string} */ letter) => {
    if (file !== undefined) fs.appendFileSync(file, letter);
  };
  const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END } =
    Mocha.Runner.constants;
  runner.on(EVENT_TEST_PASS, () => note("p"));
  runner.on(EVENT_TEST_FAIL, () => note("f"));
  runner.on(EVENT_TEST_PENDING, () => note("s"));
  runner.on(EVENT_RUN_END, () => note("."));
  return new Mocha.reporters.Spec(runner, options);
}

module.exports = mochaReporter;
