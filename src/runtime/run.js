#!/usr/bin/env node
"use strict";
// `node src/runtime/run.js COMMAND ...`: what every npm script calls. It and nodeProblem.js keep to the oldest syntax, so that
// an old Node prints a sentence, not a syntax error.
var problem = require("./nodeProblem.js").nodeProblem(process.versions.node);
if (problem === undefined) {
  require("./runCommand.js").runCommand(process.argv.slice(2));
} else {
  console.error(problem);
  process.exitCode = 1;
}
