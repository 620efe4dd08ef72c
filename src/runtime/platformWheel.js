"use strict";
const { cudaPackages } = require("./cudaPackages.js");
const { Problem } = require("./problem.js");

/** The version of TensorFlow whose library we link to. */
const tensorFlowVersion = "2.21.0";

const linux = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];

/**
 * @typedef {object} Wheel
 * @property {string} name Python package that holds the library
 * @property {string[]} tags platform in pip's words
 * @property {string[]} libraries files in the cache, of the same names in the package, the one with the C interface first
 * @property {readonly string[]} beside what else is fetched, in pip's words
 * @property {string} key names platform and version in the cache
 * @property {number} packedBytes to fetch, about
 * @property {number} bytes on the disk, about
 */

/** @typedef {"wheel" | "cuda"} Kind of TensorFlow: of the processor, from the Python package; or for GPUs of NVIDIA */

/** @type {readonly Kind[]} */
const kinds = ["wheel", "cuda"];

/**
 * What the user wants of TensorFlow's library, if anything.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Kind | undefined}
 * @throws Problem if FEWSCOPE_TENSORFLOW is something else
 */
function wantedKind(env = process.env) {
  const wanted = env.FEWSCOPE_TENSORFLOW ?? "";
  if (wanted === "") return undefined;
  const kind = kinds.find((name) => name === wanted);
  if (kind !== undefined) return kind;
  throw new Problem(
    `FEWSCOPE_TENSORFLOW is "${wanted}": set it to cuda (for GPUs of NVIDIA), to wheel (for the processor), or not at all.`,
  );
}

/**
 * The Python package with TensorFlow's library for a platform.
 * @param {string} [platform] as `process.platform`
 * @param {string} [arch] as `process.arch`
 * @param {string} [glibc] version of the C library, where there is one
 * @param {boolean} [cuda] whether it is to compute on GPUs of NVIDIA
 * @returns {Wheel}
 * @throws Problem on a platform without one
 */
function platformWheel(
  platform = process.platform,
  arch = process.arch,
  glibc = glibcVersion(),
  cuda = wantedKind() === "cuda",
) {
  if (platform === "win32") {
    throw new Problem(
      "fewscope does not run on Windows itself: install the Windows Subsystem for Linux (wsl --install) and run the same command there.",
    );
  }
  if (platform === "linux" && olderThan227(glibc)) {
    throw new Problem(
      `Native TensorFlow needs glibc 2.27 or newer and this system has ${glibc === "" ? "another C library" : glibc}: use a current Debian, Ubuntu, Fedora or the like, or a container of one.`,
    );
  }
  if (cuda) return cudaWheel(`${platform}-${arch}`);
  const key = `tensorflow-${tensorFlowVersion}-${platform}-${arch}`;
  const plain = { libraries: linux, key, beside: [], packedBytes: 270e6, bytes: 850e6 };
  switch (`${platform}-${arch}`) {
    case "linux-x64":
      return { ...plain, name: "tensorflow-cpu", tags: ["manylinux_2_27_x86_64"] };
    // Not tested: there was no such machine; the packages of these names exist.
    case "linux-arm64":
      return { ...plain, name: "tensorflow", tags: ["manylinux_2_27_aarch64"] };
    case "darwin-arm64": {
      const libraries = ["libtensorflow_cc.2.dylib", "libtensorflow_framework.2.dylib"];
      return { ...plain, name: "tensorflow", tags: ["macosx_12_0_arm64"], libraries };
    }
    default:
      throw new Problem(
        `There is no native TensorFlow ${tensorFlowVersion} for ${platform} on ${arch}: use Linux on x64 or arm64, or macOS on arm64.`,
      );
  }
}

/**
 * Whether libraries that were loaded are those for GPUs of NVIDIA.
 * @param {readonly string[]} libraries
 */
function hasCuda(libraries) {
  return libraries.some((file) => file.includes(`tensorflow-${tensorFlowVersion}-cuda-`));
}

/** @param {string} place @returns {Wheel} */
function cudaWheel(place) {
  if (place !== "linux-x64") {
    throw new Problem(
      `TensorFlow ${tensorFlowVersion} computes on GPUs of NVIDIA on Linux on x64 only: unset FEWSCOPE_TENSORFLOW, and train on the GPU through WebGPU (setup --webgpu).`,
    );
  }
  return {
    name: "tensorflow",
    tags: ["manylinux_2_27_x86_64", "manylinux_2_25_x86_64", "manylinux2014_x86_64"],
    // TensorFlow finds CUDA in the folder nvidia beside its own.
    libraries: linux.map((file) => `tensorflow/${file}`),
    beside: cudaPackages,
    key: `tensorflow-${tensorFlowVersion}-cuda-${place}`,
    packedBytes: 3.4e9,
    bytes: 5.7e9,
  };
}

/** @param {string} glibc @returns {boolean} */
function olderThan227(glibc) {
  const [major = 0, minor = 0] = glibc.split(".").map(Number);
  return major < 2 || (major === 2 && minor < 27);
}

/** @returns {string} "" where the C library is another one */
function glibcVersion() {
  if (process.platform !== "linux") return "";
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (
    /** @type {unknown} */ (process.report.getReport())
  );
  return report.header.glibcVersionRuntime ?? "";
}

module.exports = { hasCuda, platformWheel, tensorFlowVersion, wantedKind };
