"use strict";
const path = require("node:path");
const { execute } = require("./execute.js");
const { projectFolder } = require("./places.js");
const { hasCuda } = require("./platformWheel.js");
const { tensorFlowEnvironment } = require("./tensorFlowEnvironment.js");

/**
 * @typedef {object} TensorFlowFacts
 * @property {string} version of the native library
 * @property {boolean} gpu whether operations run on a GPU
 * @property {string} [noGpu] why they do not, where the library is for one
 * @property {boolean} oneDnn whether the library says that its fast CPU operations are on
 * @property {string[]} libraries the files that were loaded
 */

/**
 * Loads TensorFlow in a process of its own, where a crash does no harm, and multiplies two matrices.
 * @returns {Promise<{ facts?: TensorFlowFacts, reason: string }>}
 */
async function probeTensorFlow() {
  const env = tensorFlowEnvironment({ ...process.env });
  // Only at this level does the library say whether oneDNN is on.
  env.TF_CPP_MIN_LOG_LEVEL = "0";
  delete env.NODE_OPTIONS;
  const script = path.join(__dirname, "tensorFlowFacts.js");
  const { ok, stdout, stderr } = await execute(process.execPath, [script], {
    cwd: projectFolder,
    env,
    timeoutSeconds: 120,
  });
  const line = stdout.split("\n").find((text) => text.startsWith("{"));
  if (!ok || line === undefined) return { reason: reasonIn(stderr) };
  const facts = JSON.parse(line);
  const oneDnn = /oneDNN custom operations are on/.test(stderr);
  const forGpu = hasCuda(facts.libraries) && !facts.gpu;
  return {
    facts: { ...facts, oneDnn, ...(forGpu ? { noGpu: whyNoGpu(stderr) } : {}) },
    reason: "",
  };
}

/** What TensorFlow says of CUDA, without date and place. @param {string} stderr @returns {string} */
function whyNoGpu(stderr) {
  const line = stderr
    .split("\n")
    .find((text) => /cuInit|cuda drivers|dlopen|CUDA_ERROR/i.test(text));
  return line?.replace(/^.*?\] /, "").trim() ?? "TensorFlow does not say why";
}

/** @param {string} stderr @returns {string} the line that tells most */
function reasonIn(stderr) {
  const lines = stderr.split("\n").map((line) => line.trim());
  const told = lines.find((line) => /^\w*Error: /.test(line)) ?? lines.filter(Boolean).at(-1);
  return told?.replace(/^\w*Error: /, "") ?? "it ended without a word";
}

module.exports = { probeTensorFlow };
