"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { execute } = require("./execute.js");

/**
 * The first program of that name on PATH.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | undefined}
 */
function findProgram(name, env = process.env) {
  if (name.includes(path.sep)) return isProgram(name) ? name : undefined;
  return (env.PATH ?? "")
    .split(path.delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => path.join(folder, name))
    .find(isProgram);
}

/** @param {string} file @returns {boolean} */
function isProgram(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * The C++ compiler with its own arguments: what CXX names, else the first of the usual ones.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {[program: string, ...before: string[]] | undefined}
 */
function findCompiler(env = process.env) {
  for (const command of [env.CXX ?? "", "g++", "clang++", "c++"]) {
    const [name, ...before] = command.split(" ").filter((word) => word !== "");
    const program = name === undefined ? undefined : findProgram(name, env);
    if (program !== undefined) return [program, ...before];
  }
  return undefined;
}

/** What to type where a compiler or pip is missing. */
const installCompiler =
  "Debian, Ubuntu: apt install g++; Fedora: dnf install gcc-c++; macOS: xcode-select --install";
const installPip =
  "Debian, Ubuntu: apt install python3-pip; Fedora: dnf install python3-pip; macOS: brew install python";

/**
 * @typedef {object} Pip
 * @property {[program: string, ...before: string[]]} command
 * @property {string} version
 */

/**
 * Python's package installer: a module of the Python on PATH, or a program of its own.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Pip | undefined>}
 */
async function findPip(env = process.env) {
  for (const [name, ...before] of [
    ["python3", "-m", "pip"],
    ["python", "-m", "pip"],
    ["pip3"],
    ["pip"],
  ]) {
    const program = findProgram(name ?? "", env);
    if (program === undefined) continue;
    const { ok, stdout } = await execute(program, [...before, "--version"], { env });
    const version = /^pip (\S+)/.exec(stdout)?.[1];
    if (ok && version !== undefined) return { command: [program, ...before], version };
  }
  return undefined;
}

/**
 * The first Python 3 on PATH that runs.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<{ program: string, version: string } | undefined>}
 */
async function findPython(env = process.env) {
  for (const name of ["python3", "python"]) {
    const program = findProgram(name, env);
    if (program === undefined) continue;
    const { ok, output } = await execute(program, ["--version"], { env });
    const version = /Python (3\S*)/.exec(output)?.[1];
    if (ok && version !== undefined) return { program, version };
  }
  return undefined;
}

module.exports = {
  findProgram,
  findCompiler,
  findPip,
  findPython,
  installCompiler,
  installPip,
};
