"use strict";

/**
 * Says what is wrong with this version of Node, or nothing.
 * @param {string} version for example "20.19.0"
 * @returns {string | undefined}
 */
function nodeProblem(version) {
  var parts = version.split(".").map(Number);
  var fits = parts[0] === 20 ? parts[1] >= 19 : parts[0] > 20 && parts[0] < 27;
  if (fits) return undefined;
  return (
    "fewscope needs Node 20.19 to 26 and this is Node " +
    version +
    ": install another one (the current long-term version is a safe choice) and run the same command again."
  );
}

module.exports = { nodeProblem: nodeProblem };
