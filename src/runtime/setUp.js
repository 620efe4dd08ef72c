"use strict";
const path = require("node:path");
const { build, buildState } = require("./build.js");
const { withLock } = require("./lock.js");
const { installNative, nativeState } = require("./native.js");
const { installOnnx, onnxState } = require("./onnx.js");
const { installPackages, packagesState } = require("./packages.js");
const { cacheFolder, isPackage, projectFolder } = require("./places.js");
const { explainFileError } = require("./problem.js");
const { say, secondsSince } = require("./say.js");
const { stopOnSignals } = require("./stopOnSignals.js");
const { installWebGpu, webGpuState } = require("./webGpu.js");

/** In this order: each needs the ones before it. */
const steps = [
  {
    state: packagesState,
    act: installPackages,
    what: "npm packages (600 MB of disk; half a minute or more)",
    done: "npm packages",
  },
  {
    state: nativeState,
    act: installNative,
    what: "native TensorFlow",
    done: "native TensorFlow",
  },
  {
    state: onnxState,
    act: installOnnx,
    what: "ONNX Runtime (110 MB to fetch, 50 MB of disk)",
    done: "ONNX Runtime",
  },
  {
    state: webGpuState,
    act: installWebGpu,
    what: "WebGPU (54 MB to fetch, 23 MB of disk)",
    done: "WebGPU",
  },
  { state: buildState, act: build, what: "the build of the sources", done: "build" },
];

/**
 * Makes the project ready: npm packages, native TensorFlow, build; an installed package has all but the second. What is there
 * already is not done again. ONNX Runtime and WebGPU, which few need, only where they are asked for.
 * @param {{ withBuild?: boolean, withOnnx?: boolean, withWebGpu?: boolean }} [options]
 * @throws Problem with one sentence for what the user can mend
 */
async function setUp({ withBuild = true, withOnnx = false, withWebGpu = false } = {}) {
  const left = [
    ...(isPackage ? [installPackages, build] : []),
    ...(withBuild ? [] : [build]),
    ...(withOnnx ? [] : [installOnnx]),
    ...(withWebGpu ? [] : [installWebGpu]),
  ];
  const wanted = steps.filter(({ act }) => !left.includes(act));
  if (wanted.every(({ state }) => state().status === "ok")) return;
  const stopListening = stopOnSignals();
  try {
    // Not in node_modules or dist, which the steps themselves remove.
    const place = isPackage ? cacheFolder() : path.join(projectFolder, ".cache");
    await withLock(path.join(place, "setup.lock"), () => doSteps(wanted));
  } catch (error) {
    throw explainFileError(error, projectFolder);
  } finally {
    stopListening();
  }
}

/** @param {typeof steps} wanted */
async function doSteps(wanted) {
  for (const { state, act, what, done } of wanted) {
    const { status, found } = state();
    if (status === "ok") continue;
    const started = Date.now();
    say(`setting up ${what}: ${found}`);
    await act();
    say(`${done}: done in ${secondsSince(started)}`);
  }
}

module.exports = { setUp };
