"use strict";
// Run by probeTensorFlow.js in a process of its own: loads TensorFlow, uses it, prints what it found as JSON.
const util = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (require("node:util")));

// Two functions of `util` that tfjs-node 4.22 still calls: newer versions of Node warn of one and dropped the other.
util.isNullOrUndefined ??= (/** @type {unknown} */ value) => value === null || value === undefined;
util.isArray = Array.isArray;

/** @type {any} */
const tf = require("@tensorflow/tfjs-node");
const product = tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0];
if (product !== 11) throw new Error(`TensorFlow computed 1 * 3 + 2 * 4 as ${product}`);

const report = /** @type {{ sharedObjects: string[] }} */ (
  /** @type {unknown} */ (process.report.getReport())
);
const backend = tf.backend();
console.log(
  JSON.stringify({
    version: backend.binding.TF_Version,
    gpu: backend.isUsingGpuDevice,
    libraries: report.sharedObjects.filter((file) => /libtensorflow/.test(file)),
  }),
);
