"use strict";
const path = require("node:path");
const { projectFolder } = require("./places.js");
const { Problem } = require("./problem.js");
const { tensorFlowEnvironment } = require("./tensorFlowEnvironment.js");

/**
 * Sets up what is missing, then runs a command of fewscope. Own commands: `setup` sets up only, `test` runs all checks,
 * `lab` opens JupyterLab, `package` makes what `npm install` takes, `docs` writes dist/docs, `licences` lists
 * what users get of others, `doctor` looks without setting anything up.
 * @param {readonly string[]} args the command and its arguments
 */
async function runCommand(args) {
  const [command, ...rest] = args;
  try {
    if (command === "doctor") {
      process.exitCode = await require("./doctor.js").doctor({
        json: rest.includes("--json"),
        fix: rest.includes("--fix"),
        onnx: rest.includes("--onnx"),
        webgpu: rest.includes("--webgpu"),
      });
      return;
    }
    const asked = (/** @type {string} */ word) =>
      command === "test" || (command === "setup" && rest.includes(word));
    await require("./setUp.js").setUp({
      withBuild: command !== "test",
      withOnnx: asked("--onnx"),
      withWebGpu: asked("--webgpu"),
    });
    tensorFlowEnvironment(process.env);
    if (command === "setup") console.log("fewscope is set up.");
    else if (command === "package")
      process.exitCode = await require("./makePackage.js").makePackage(rest);
    else if (command === "licences") process.exitCode = await require("./licences.js").licences();
    else if (command === "docs") process.exitCode = await require("./makeDocs.js").makeDocs();
    else if (command === "test") process.exitCode = await require("./runChecks.js").runChecks(rest);
    else if (command === "lab") process.exitCode = await require("./lab.js").lab(rest);
    else runCommandLine(args);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

/**
 * Goes on as `fewscope ARGS` in this very process: so Ctrl-C reaches the work exactly once, and its exit code is ours.
 * @param {readonly string[]} args
 */
function runCommandLine(args) {
  const main = path.join(projectFolder, "dist", "cli", "main.js");
  process.argv = [process.execPath, main, ...args];
  require(main);
}

module.exports = { runCommand };
