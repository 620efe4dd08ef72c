"use strict";
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { build, buildState, compiler } = require("./build.js");
const { execute } = require("./execute.js");
const { modulesFolder } = require("./places.js");
const { Problem } = require("./problem.js");
const { runOnTerminal } = require("./runOnTerminal.js");
const { secondsSince } = require("./say.js");
const { stopOnSignals } = require("./stopOnSignals.js");

/** @param {...string} parts @returns {string} a program of an installed package */
const program = (...parts) => path.join(modulesFolder, ...parts);

/** What comes between the build and the tests, each as arguments of Node. */
const staticChecks = [
  { name: "types", args: [compiler, "-p", "test/tsconfig.json", "--noEmit", "--pretty"] },
  {
    name: "types of the page",
    args: [compiler, "-p", "src/label/page/tsconfig.json", "--noEmit", "--pretty"],
  },
  { name: "types of the runtime", args: [compiler, "-p", "src/runtime/tsconfig.json", "--pretty"] },
  {
    name: "lint",
    args: [
      program("eslint", "bin", "eslint.js"),
      ..."-c test/eslint.config.mjs --max-warnings 0 src test".split(" "),
    ],
  },
  {
    name: "format",
    args: [
      program("prettier", "bin", "prettier.cjs"),
      ..."--check --log-level warn --no-error-on-unmatched-pattern src test datasets README.md package.json".split(
        " ",
      ),
    ],
  },
];

/** @typedef {{ ok: boolean, output: string, seconds: string }} Outcome */

/**
 * Runs all checks, whatever the ones before said, and prints `N passed, N failed` of the tests last.
 * @param {readonly string[]} mochaArgs
 * @returns {Promise<number>} exit code, 0 if all went well
 */
async function runChecks(mochaArgs) {
  const stopListening = stopOnSignals();
  // Some tests start the built command line, so the build comes first and alone.
  const failed = await shown([["build", timed(buildIfOld)]]);
  const turn = takeTurns(os.availableParallelism());
  const checks = staticChecks.map(({ name, args }) => {
    const run = () => timed(() => execute(process.execPath, args));
    return /** @type {[string, Promise<Outcome>]} */ ([name, turn(run)]);
  });
  failed.push(...(await shown(checks)));
  stopListening();
  const { line, ok } = await runTests(mochaArgs);
  if (failed.length > 0) console.log(`Also failed, see above: ${failed.join(", ")}.`);
  console.log(line);
  return ok && failed.length === 0 ? 0 : 1;
}

/** @returns {Promise<{ ok: boolean, output: string }>} */
async function buildIfOld() {
  try {
    if (buildState().status !== "ok") await build();
    return { ok: true, output: "" };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { ok: false, output: error.message };
  }
}

/**
 * Shows checks in their order, each as soon as it has ended.
 * @param {Array<[name: string, outcome: Promise<Outcome>]>} checks
 * @returns {Promise<string[]>} the names of those that failed
 */
async function shown(checks) {
  const failed = [];
  for (const [name, outcome] of checks) {
    const { ok, output, seconds } = await outcome;
    if (!ok) {
      console.log(output);
      failed.push(name);
    }
    console.log(`${ok ? "ok" : "FAILED"}: ${name} (${seconds})`);
  }
  return failed;
}

/** @param {() => Promise<{ ok: boolean, output: string }>} work @returns {Promise<Outcome>} */
async function timed(work) {
  const started = Date.now();
  const { ok, output } = await work();
  return { ok, output: output.trim(), seconds: secondsSince(started) };
}

/**
 * Lets at most so many pieces of work run at once, in the order in which they come.
 * @param {number} places
 * @returns {<T>(work: () => Promise<T>) => Promise<T>}
 */
function takeTurns(places) {
  let free = places;
  /** @type {Array<() => void>} */
  const waiting = [];
  return async (work) => {
    if (free === 0) await new Promise((resolve) => waiting.push(() => resolve(undefined)));
    else free--;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}

/** @param {readonly string[]} mochaArgs */
async function runTests(mochaArgs) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-test-"));
  const file = path.join(folder, "outcomes");
  const own = ["--reporter", path.join(__dirname, "mochaReporter.js")];
  const options = ["--reporter-option", `outcomes=${file}`];
  const mocha = program("mocha", "bin", "_mocha");
  const { code, signal } = await runOnTerminal(process.execPath, [
    "--import",
    "tsx",
    mocha,
    ...own,
    ...options,
    ...mochaArgs,
  ]);
  const outcomes = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  fs.rmSync(folder, { recursive: true, force: true });
  const counts = countOutcomes(outcomes);
  if (!counts.ended) console.log(`The tests broke off (${signal ?? `exit code ${code}`}).`);
  return { line: countLine(counts), ok: counts.ended && counts.failed === 0 && code === 0 };
}

/**
 * Counts what mochaReporter.js wrote, one letter a test and "." at the end.
 * @param {string} outcomes
 */
function countOutcomes(outcomes) {
  const count = (/** @type {string} */ letter) => outcomes.split(letter).length - 1;
  const ended = outcomes.endsWith(".");
  // A run that breaks off does so in a test, and that one did not pass.
  return { passed: count("p"), failed: count("f") + (ended ? 0 : 1), skipped: count("s"), ended };
}

/**
 * @param {{ passed: number, failed: number, skipped: number }} counts
 * @returns {string}
 */
function countLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

module.exports = { runChecks, countOutcomes, countLine };
