"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { execute } = require("./execute.js");
const { hashOfFiles } = require("./files.js");
const { packageFolder, tfjsNodeFolder } = require("./places.js");
const { Problem, again, explainOutput } = require("./problem.js");
const { say } = require("./say.js");
const { findCompiler } = require("./tools.js");

/** Node's stable interface for addons: a binding made for it runs on every Node that we support. */
const napiVersion = 8;

/** Where tfjs-node looks for its binding. */
const bindingFile = path.join(tfjsNodeFolder, "lib", `napi-v${napiVersion}`, "tfjs_binding.node");

/** What we link into the binding beside tfjs-node's own sources; the first takes in tfjs_binding.cc. */
const ownSources = [
  "stepPrograms.cc",
  "fusedKernels.cc",
  "winogradKernels.cc",
  "narrowKernels.cc",
  "pointwiseKernels.cc",
  "stridedKernels.cc",
  "viewKernels.cc",
  "rowKernels.cc",
  ...(process.platform === "darwin" ? [] : ["quietLog.cc"]),
];

/** Changes with our own sources, so that a binding made of older ones is made again. */
const ownHash = hashOfFiles(__dirname, [...ownSources, "ownKernels.h", "products.h"]).slice(0, 12);

/**
 * Where a compiled binding is kept; one for each tfjs-node, each library, and each state of our own sources.
 * @param {string} libraryFolder
 * @returns {string}
 */
function cachedBinding(libraryFolder) {
  const { version } = require(path.join(tfjsNodeFolder, "package.json"));
  return path.join(libraryFolder, `tfjs_binding-${version}-napi-v${napiVersion}-${ownHash}.node`);
}

/**
 * Compiles tfjs-node's binding, which its package ships as source, against the library.
 * @param {import("./platformWheel.js").Wheel} wheel
 * @param {string} libraryFolder with the libraries and their C headers
 * @throws Problem if the compiler fails
 */
async function compileBinding(wheel, libraryFolder) {
  const [program = "c++", ...before] = findCompiler() ?? [];
  const target = cachedBinding(libraryFolder);
  const temporary = `${target}.${process.pid}.tmp`;
  say(`compiling the binding to TensorFlow with ${path.basename(program)}`);
  const args = [...before, ...compilerArguments(wheel, libraryFolder), "-o", temporary];
  const result = await execute(program, args);
  if (!result.ok) {
    fs.rmSync(temporary, { force: true });
    const known = explainOutput(result.output, { place: libraryFolder, registry: "" });
    if (known !== undefined) throw known;
    process.stderr.write(`${result.output.trim().split("\n").slice(0, 20).join("\n")}\n`);
    throw new Problem(
      `${program} could not compile the binding to TensorFlow (its words are above): install g++ 8 or newer, or name another compiler in CXX, ${again}.`,
    );
  }
  fs.renameSync(temporary, target);
}

/** @param {import("./platformWheel.js").Wheel} wheel @param {string} libraryFolder @returns {string[]} */
function compilerArguments(wheel, libraryFolder) {
  const sourceFolder = path.join(tfjsNodeFolder, "binding");
  const includes = [
    path.join(packageFolder("node-api-headers"), "include"),
    path.join(libraryFolder, "include"),
    sourceFolder,
  ];
  // Linux: the second library is used through the first one only, and some linkers would leave it out and not find it later.
  const link =
    process.platform === "darwin"
      ? ["-bundle", "-undefined", "dynamic_lookup"]
      : ["-shared", "-Wl,--no-as-needed"];
  return [
    ..."-O2 -std=c++17 -fPIC".split(" "),
    `-DNAPI_VERSION=${napiVersion}`,
    ...includes.map((folder) => `-I${folder}`),
    ...link,
    ...ownSources.map((file) => path.join(__dirname, file)),
    path.join(sourceFolder, "tfjs_backend.cc"),
    ...wheel.libraries.map((file) => path.join(libraryFolder, file)),
    `-Wl,-rpath,${path.dirname(path.join(libraryFolder, String(wheel.libraries[0])))}`,
  ];
}

module.exports = { bindingFile, cachedBinding, compileBinding, ownHash };
