"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { execute } = require("./execute.js");
const { freeSpace, readJson } = require("./files.js");
const { modulesFolder, projectFolder } = require("./places.js");
const { Problem, again, explainOutput } = require("./problem.js");
const { megabytes } = require("./say.js");
const { findProgram } = require("./tools.js");

/** @typedef {{ status: "ok" | "missing" | "old", found: string }} State */
/** @typedef {Record<string, { version?: string, integrity?: string, optional?: boolean }>} Locked */

/**
 * Whether the installed npm packages are those of package-lock.json. npm itself writes down what it installed, as its last
 * step, so this also sees an `npm install` that was run by hand and an `npm ci` that was cut off.
 * @param {string} [project]
 * @returns {State}
 */
function packagesState(project = projectFolder) {
  const wanted = readJson(path.join(project, "package-lock.json"));
  const installed = readJson(installedList(project));
  if (installed === undefined) return { status: "missing", found: "not installed" };
  const differing = differences(wanted?.packages ?? {}, installed.packages ?? {});
  const lost = Object.keys(installed.packages ?? {}).find(
    (key) => !fs.existsSync(path.join(project, key, "package.json")),
  );
  if (lost !== undefined) return { status: "missing", found: `${lost} is gone` };
  if (differing.length === 0) return { status: "ok", found: "as package-lock.json says" };
  const examples = differing.slice(0, 3).join(", ");
  return {
    status: "old",
    found: `${differing.length} differ from package-lock.json (${examples})`,
  };
}

/** @param {string} project @returns {string} where npm notes what it has installed */
function installedList(project) {
  return path.join(project, "node_modules", ".package-lock.json");
}

/**
 * Names of packages that are missing, left over or of another version. Packages for other platforms may be missing.
 * @param {Locked} wanted
 * @param {Locked} installed
 * @returns {string[]}
 */
function differences(wanted, installed) {
  const missing = Object.keys(wanted).filter(
    (key) => key !== "" && installed[key] === undefined && !wanted[key]?.optional,
  );
  const other = Object.keys(installed).filter(
    (key) =>
      wanted[key]?.version !== installed[key]?.version ||
      wanted[key]?.integrity !== installed[key]?.integrity,
  );
  return [...missing, ...other].map((key) => key.replace(/^.*node_modules\//, ""));
}

/** What the packages take, rounded up. */
const neededBytes = 700e6;

/** The arguments that install without running any package's own scripts, and that give up after seconds, not minutes. */
const installArguments = [
  "ci",
  "--ignore-scripts",
  "--include=dev",
  "--include=optional",
  "--no-audit",
  "--no-fund",
  "--no-update-notifier",
  // npm only warns, and goes on, when it cannot write a file.
  "--loglevel=warn",
  "--prefer-offline",
  "--fetch-retry-mintimeout=1000",
  "--fetch-retry-maxtimeout=5000",
];

/**
 * Installs what package-lock.json names.
 * @throws Problem if npm, the network or the disk is the cause
 */
async function installPackages() {
  const free = freeSpace(projectFolder);
  if (!fs.existsSync(modulesFolder) && free < neededBytes) {
    throw new Problem(
      `The npm packages need ${megabytes(neededBytes)} MB of disk and "${projectFolder}" has ${megabytes(free)} MB free: free some space ${again}.`,
    );
  }
  const [program, ...before] = npmCommand();
  const result = await execute(program, [...before, ...installArguments]);
  if (result.ok && !/TAR_ENTRY_ERROR/.test(result.output)) return;
  fs.rmSync(installedList(projectFolder), { force: true });
  throw (
    explainOutput(result.output, {
      place: modulesFolder,
      registry: "npm's package registry",
    }) ?? new Problem(otherFailure(result.output))
  );
}

/** @param {string} output @returns {string} */
function otherFailure(output) {
  if (/can only install packages when your package\.json and package-lock\.json/.test(output)) {
    return `package.json and package-lock.json do not fit together: run "npm install" ${again}.`;
  }
  if (/EACCES|EPERM|EROFS/.test(output)) {
    return `"${modulesFolder}" cannot be written: change the permissions of the project's folder ${again}.`;
  }
  const lines = output.split("\n").map((line) => line.trim());
  const errors = lines.filter((line) => /npm error|TAR_ENTRY_ERROR/.test(line));
  const reason = (errors.length > 0 ? errors : lines.filter(Boolean)).slice(0, 3).join(" ");
  return `npm could not install the packages (${reason}): mend this ${again}.`;
}

/**
 * How to start npm: the one that started us, the one beside Node, or the one on PATH.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {[program: string, ...before: string[]]}
 * @throws Problem if there is none
 */
function npmCommand(env = process.env) {
  const beside = path.join(path.dirname(process.execPath), "..", "lib", "node_modules", "npm");
  const scripts = [env.npm_execpath ?? "", path.join(beside, "bin", "npm-cli.js")];
  const script = scripts.find((file) => file.endsWith("npm-cli.js") && fs.existsSync(file));
  if (script !== undefined) return [process.execPath, script];
  const program = findProgram("npm", env);
  if (program !== undefined) return [program];
  throw new Problem(`npm was not found: install it (Debian, Ubuntu: apt install npm) ${again}.`);
}

module.exports = { packagesState, installPackages, npmCommand, differences };
