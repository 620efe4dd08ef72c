"use strict";
const { spawn } = require("node:child_process");
const { projectFolder } = require("./places.js");

const keptCharacters = 20_000;
/** How long programs may tidy up after they were told to end. */
const patienceMilliseconds = 3_000;

/**
 * Children that run now. Each leads its own process group, so that a stop reaches all that it started, once.
 * @type {Set<import("node:child_process").ChildProcess>}
 */
const running = new Set();

let ending = false;

/**
 * Called with the children's process ids when one starts or ends.
 * @type {Set<(pids: number[]) => void>}
 */
const watchers = new Set();

/**
 * @typedef {object} ExecuteOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {(line: string) => void} [onLine] called for every line of stdout
 * @property {number} [timeoutSeconds] the program and what it started are ended after this long
 */

/**
 * Runs a program to its end and keeps the last part of what it wrote.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {ExecuteOptions} [options]
 * @returns {Promise<{ ok: boolean, stdout: string, stderr: string, output: string }>} `output` holds both streams
 */
function execute(program, args, { cwd = projectFolder, env, onLine, timeoutSeconds } = {}) {
  return new Promise((resolve) => {
    const written = { stdout: "", stderr: "" };
    const child = spawn(program, args, {
      cwd,
      env: env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let timer = setTimeout(() => undefined, 0);
    if (timeoutSeconds !== undefined) {
      timer = setTimeout(() => endGroup(child), timeoutSeconds * 1000);
    }
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      written.stdout = (written.stdout + text).slice(-keptCharacters);
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      if (onLine !== undefined) lines.forEach(onLine);
    });
    child.stderr.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      written.stderr = (written.stderr + text).slice(-keptCharacters);
    });
    const end = (/** @type {boolean} */ ok) => {
      clearTimeout(timer);
      note(child, false);
      // Nobody should go on, or complain, when all is being ended.
      if (!ending) resolve({ ok, ...written, output: `${written.stdout}\n${written.stderr}` });
    };
    child.on("error", (error) => {
      written.stderr += String(error);
      end(false);
    });
    child.on("close", (code) => end(code === 0));
    if (child.pid !== undefined) note(child, true);
  });
}

/** @param {import("node:child_process").ChildProcess} child @param {boolean} runs */
function note(child, runs) {
  if (runs) running.add(child);
  else running.delete(child);
  const pids = [...running].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  for (const watcher of watchers) watcher(pids);
}

/** @param {import("node:child_process").ChildProcess} child @param {NodeJS.Signals} [signal] */
function endGroup(child, signal = "SIGTERM") {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/**
 * Ends every program that runs now, with all that they started, and waits until they are gone: one that still tidied up
 * would come in the way of the next run.
 */
async function endAll() {
  ending = true;
  for (const child of running) endGroup(child);
  const patience = setTimeout(() => {
    for (const child of running) endGroup(child, "SIGKILL");
  }, patienceMilliseconds);
  while (running.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  clearTimeout(patience);
}

module.exports = { execute, endAll, watchers };
