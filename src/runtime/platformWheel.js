"use strict";
const { Problem } = require("./problem.js");

/** The version of TensorFlow whose library we link to. */
const tensorFlowVersion = "2.21.0";

/**
 * @typedef {object} Wheel
 * @property {string} name Python package that holds the library
 * @property {string} tag platform in pip's words
 * @property {string[]} libraries file names in the package, the one with the C interface first
 * @property {string} key names platform and version in the cache
 */

/**
 * The Python package with TensorFlow's library for a platform.
 * @param {string} [platform] as `process.platform`
 * @param {string} [arch] as `process.arch`
 * @param {string} [glibc] version of the C library, where there is one
 * @returns {Wheel}
 * @throws Problem on a platform without one
 */
function platformWheel(platform = process.platform, arch = process.arch, glibc = glibcVersion()) {
  const key = `tensorflow-${tensorFlowVersion}-${platform}-${arch}`;
  const linux = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];
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
  switch (`${platform}-${arch}`) {
    case "linux-x64":
      return { name: "tensorflow-cpu", tag: "manylinux_2_27_x86_64", libraries: linux, key };
    // Not tested: there was no such machine; the packages of these names exist.
    case "linux-arm64":
      return { name: "tensorflow", tag: "manylinux_2_27_aarch64", libraries: linux, key };
    case "darwin-arm64": {
      const libraries = ["libtensorflow_cc.2.dylib", "libtensorflow_framework.2.dylib"];
      return { name: "tensorflow", tag: "macosx_12_0_arm64", libraries, key };
    }
    default:
      throw new Problem(
        `There is no native TensorFlow ${tensorFlowVersion} for ${platform} on ${arch}: use Linux on x64 or arm64, or macOS on arm64.`,
      );
  }
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

module.exports = { platformWheel, tensorFlowVersion };
