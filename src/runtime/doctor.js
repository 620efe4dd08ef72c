"use strict";
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { buildState } = require("./build.js");
const { execute } = require("./execute.js");
const { folderSize, freeSpace } = require("./files.js");
const { jupyterFolder, jupyterState } = require("./jupyter.js");
const { nativeState } = require("./native.js");
const { nodeProblem } = require("./nodeProblem.js");
const { onnxState } = require("./onnx.js");
const { packagesState } = require("./packages.js");
const { cacheFolder, isPackage, projectFolder } = require("./places.js");
const { platformWheel } = require("./platformWheel.js");
const { Problem } = require("./problem.js");
const { setUp } = require("./setUp.js");
const { probeTensorFlow } = require("./probeTensorFlow.js");
const tools = require("./tools.js");
const { findGpus, webGpuState } = require("./webGpu.js");

const setUpCommand = isPackage
  ? 'run "npx fewscope doctor --fix"'
  : 'run "npm run -s fewscope -- setup"';
/** @param {string} name @returns {string} what sets up something that few need */
const optionalCommand = (name) =>
  isPackage ? `"npx fewscope doctor --fix --${name}"` : `"npm run -s fewscope -- setup --${name}"`;
const kernelAdvice = isPackage
  ? 'only notebooks need it: "npx fewscope kernel install" gives it to your Jupyter'
  : 'only notebooks need it: "npm run lab" installs it';
/** Free disk that a set-up needs, packages included, and that a study needs. */
const setUpBytes = 2e9;
const workBytes = 0.5e9;

/**
 * One line of the report.
 * @typedef {object} Part
 * @property {string} name
 * @property {"ok" | "missing" | "old"} status
 * @property {boolean} needed whether the main work waits for it
 * @property {string} found
 * @property {string} [todo] what to do where it is not ok
 */

/**
 * Prints what is installed and what to do about what is not.
 * @param {{ json?: boolean, fix?: boolean, onnx?: boolean, webgpu?: boolean }} [options] `json` prints `{ ok, parts }` for programs; `fix` sets up first
 * what is missing, and ONNX Runtime and WebGPU where `onnx` and `webgpu` ask for them
 * @returns {Promise<number>} exit code: 0 if everything needed for the main work is there, else 1
 */
async function doctor({ json = false, fix = false, onnx = false, webgpu = false } = {}) {
  if (fix && !(await mended({ withOnnx: onnx, withWebGpu: webgpu }))) return 1;
  const parts = await examine();
  const ok = parts.every(({ needed, status }) => !needed || status === "ok");
  process.stdout.write(json ? `${JSON.stringify({ ok, parts }, undefined, 2)}\n` : asText(parts));
  return ok ? 0 : 1;
}

/**
 * Sets up what is missing; what stands in the way is told.
 * @param {{ withOnnx: boolean, withWebGpu: boolean }} wanted
 * @returns {Promise<boolean>}
 */
async function mended(wanted) {
  try {
    await setUp(wanted);
    return true;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.error(error.message);
    return false;
  }
}

/**
 * Looks at every part without changing anything.
 * @returns {Promise<Part[]>}
 */
async function examine() {
  const packages = isPackage ? installedByNpm : packagesState();
  const native = packages.status === "ok" ? nativeState() : undefined;
  const [probe, python, pip, jupyter, gpus] = await Promise.all([
    native === undefined || native.status === "missing" ? undefined : probeTensorFlow(),
    tools.findPython(),
    tools.findPip(),
    findJupyter(),
    gpuParts(),
  ]);
  const works = probe?.facts !== undefined;
  return [
    nodePart(),
    statePart("npm packages", packages),
    libraryPart(native, probe),
    ...factParts(probe?.facts),
    ...(isPackage ? [] : [statePart("build", packages.status === "ok" ? buildState() : notYet)]),
    toolPart("Python", python?.version, works, tools.installPip),
    toolPart("pip", pip?.version, works, tools.installPip),
    toolPart("C++ compiler", tools.findCompiler()?.join(" "), works, tools.installCompiler),
    optionalPart("Jupyter", jupyter, kernelAdvice),
    optionalPart("kernel", findKernel(), kernelAdvice),
    optionalPart(
      "ONNX Runtime",
      foundOnnx(),
      `only pretrain.onnx needs it: ${optionalCommand("onnx")}`,
    ),
    ...gpus,
    ...diskParts(works),
  ];
}

/** @type {import("./packages.js").State} */
const installedByNpm = { status: "ok", found: "installed by npm" };
/** @type {import("./packages.js").State} */
const notYet = { status: "missing", found: "waits for the npm packages" };

/** @returns {Part} */
function nodePart() {
  const problem = nodeProblem(process.versions.node);
  const found = `${process.versions.node} (${process.execPath})`;
  const todo = problem === undefined ? {} : { todo: problem };
  return {
    name: "Node",
    status: problem === undefined ? "ok" : "old",
    needed: true,
    found,
    ...todo,
  };
}

/** @param {string} name @param {import("./packages.js").State} state @returns {Part} */
function statePart(name, { status, found }) {
  const todo = status === "ok" ? {} : { todo: setUpCommand };
  return { name, status, needed: true, found, ...todo };
}

/**
 * @param {import("./packages.js").State | undefined} native
 * @param {{ facts?: import("./probeTensorFlow.js").TensorFlowFacts, reason: string } | undefined} probe
 * @returns {Part}
 */
function libraryPart(native, probe) {
  const name = "native library";
  const facts = probe?.facts;
  if (facts !== undefined) {
    const folder = path.dirname(facts.libraries[0] ?? "");
    const found = `TensorFlow ${facts.version} (${folder})`;
    return { name, status: "ok", needed: true, found };
  }
  if (probe !== undefined) {
    return { name, status: "missing", needed: true, found: probe.reason, todo: setUpCommand };
  }
  try {
    platformWheel();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const found = "none for this platform";
    return { name, status: "missing", needed: true, found, todo: error.message };
  }
  return statePart(name, native ?? notYet);
}

/** @param {import("./probeTensorFlow.js").TensorFlowFacts | undefined} facts @returns {Part[]} */
function factParts(facts) {
  const set = process.env.TF_NUM_INTRAOP_THREADS;
  const cores = os.availableParallelism();
  const threads = `${set ?? cores} of ${cores} cores${set === undefined ? "" : " (TF_NUM_INTRAOP_THREADS)"}`;
  if (facts === undefined) {
    const found = "known when the native library is there";
    const absent = (/** @type {string} */ name) =>
      /** @type {Part} */ ({ name, status: "missing", needed: false, found, todo: setUpCommand });
    return [
      absent("oneDNN"),
      { name: "threads", status: "ok", needed: false, found: threads },
      absent("device"),
    ];
  }
  const off = {
    found: "off, so training is slower",
    todo: "unset TF_ENABLE_ONEDNN_OPTS, or set it to 1",
  };
  return [
    {
      name: "oneDNN",
      needed: false,
      ...(facts.oneDnn ? { status: "ok", found: "on" } : { status: "missing", ...off }),
    },
    { name: "threads", status: "ok", needed: false, found: threads },
    devicePart(facts),
  ];
}

/** @param {import("./probeTensorFlow.js").TensorFlowFacts} facts @returns {Part} */
function devicePart(facts) {
  const part = { name: "device", needed: false };
  if (facts.noGpu === undefined) return { ...part, status: "ok", found: deviceOf(facts) };
  const found = `${deviceOf(facts)}, no GPU of NVIDIA (${facts.noGpu})`;
  const todo = `install NVIDIA's driver, 525 or newer ("nvidia-smi" shows it); or, for the processor alone, set FEWSCOPE_TENSORFLOW=wheel and ${setUpCommand}`;
  return { ...part, status: "missing", found, todo };
}

/** What computes. @param {import("./probeTensorFlow.js").TensorFlowFacts} facts @returns {string} */
function deviceOf({ gpu }) {
  const native = gpu ? "GPU of NVIDIA" : "CPU";
  const trainings = process.env.FEWSCOPE_BACKEND ?? "";
  if (trainings === "" || trainings === "tensorflow") return native;
  if (trainings !== "webgpu") return `${native} (FEWSCOPE_BACKEND "${trainings}" is neither tensorflow nor webgpu)`; // prettier-ignore
  return `${native}; trainings on a GPU through WebGPU (FEWSCOPE_BACKEND)`;
}

/**
 * A tool that only the set-up of native TensorFlow needs.
 * @param {string} name
 * @param {string | undefined} found
 * @param {boolean} setUpDone
 * @param {string} how
 * @returns {Part}
 */
function toolPart(name, found, setUpDone, how) {
  if (found !== undefined) return { name, status: "ok", needed: !setUpDone, found };
  const why = setUpDone ? "only a new set-up needs it: " : "";
  return {
    name,
    status: "missing",
    needed: !setUpDone,
    found: "not found",
    todo: `${why}install it (${how})`,
  };
}

/** @param {string} name @param {string | undefined} found @param {string} todo @returns {Part} */
function optionalPart(name, found, todo) {
  return found === undefined
    ? { name, status: "missing", needed: false, found: "not found", todo }
    : { name, status: "ok", needed: false, found };
}

/** @returns {string | undefined} */
function foundOnnx() {
  const { status, found } = onnxState();
  return status === "ok" ? found : undefined;
}

/** What trains on a GPU of any maker, and the GPUs that it finds. @returns {Promise<Part[]>} */
async function gpuParts() {
  const { status, found } = webGpuState();
  const asked = process.env.FEWSCOPE_BACKEND === "webgpu";
  const why = asked
    ? "FEWSCOPE_BACKEND asks for it"
    : "only trainings on a GPU of any maker (the device webgpu) need it";
  const library = optionalPart(
    "WebGPU",
    status === "ok" ? found : undefined,
    `${why}: ${optionalCommand("webgpu")}`,
  );
  if (status !== "ok") return [library];
  const { names, used, reason } = await findGpus();
  const told = names.map((name) => (name === used ? `${name} (taken)` : name)).join(", ");
  const name = "GPUs";
  if (used !== undefined) return [library, { name, status: "ok", needed: false, found: told }];
  const none = [names.length === 0 ? "none" : told, reason].filter(Boolean).join(": ");
  const todo =
    names.length > 0
      ? "change or unset FEWSCOPE_GPU"
      : "install the GPU's driver for Vulkan (Debian, Ubuntu: apt install libvulkan1 mesa-vulkan-drivers; NVIDIA brings its own)";
  return [library, { name, status: "missing", needed: false, found: none, todo }];
}

/** Ours in the cache, or one on PATH. @returns {Promise<string | undefined>} */
async function findJupyter() {
  const own = jupyterState();
  if (own.status === "ok") return own.found;
  const program = tools.findProgram("jupyter-lab");
  if (program === undefined) return undefined;
  const { ok, stdout } = await execute(program, ["--version"], { timeoutSeconds: 20 });
  return ok ? `JupyterLab ${stdout.trim()} (${program})` : undefined;
}

/** The folder of a kernel of ours, in the places where Jupyter looks. @returns {string | undefined} */
function findKernel() {
  const { env } = process;
  const lab = tools.findProgram("jupyter-lab");
  const home = os.homedir();
  const user =
    process.platform === "darwin"
      ? path.join(home, "Library", "Jupyter")
      : path.join(env.XDG_DATA_HOME ?? path.join(home, ".local", "share"), "jupyter");
  const prefixes = [
    ...(lab === undefined ? [] : [path.join(path.dirname(fs.realpathSync(lab)), "..")]),
    ...(env.VIRTUAL_ENV === undefined ? [] : [env.VIRTUAL_ENV]),
    jupyterFolder(),
    "/usr/local",
    "/usr",
  ];
  const places = [
    ...(env.JUPYTER_PATH ?? "").split(path.delimiter).filter((place) => place !== ""),
    env.JUPYTER_DATA_DIR ?? user,
    ...prefixes.map((prefix) => path.join(prefix, "share", "jupyter")),
  ];
  return places.flatMap((place) => kernelsIn(path.join(place, "kernels"))).at(0);
}

/** @param {string} folder @returns {string[]} those that start fewscope */
function kernelsIn(folder) {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .map((name) => path.join(folder, name))
    .filter((place) => {
      const file = path.join(place, "kernel.json");
      return fs.existsSync(file) && /fewscope/i.test(fs.readFileSync(file, "utf8"));
    });
}

/** @param {boolean} setUpDone @returns {Part[]} */
function diskParts(setUpDone) {
  const cache = cacheFolder();
  const names =
    fs.existsSync(cache) && fs.statSync(cache).isDirectory() ? fs.readdirSync(cache) : [];
  const sizes = names.map((name) => ({ name, size: sizeOf(path.join(cache, name)) }));
  const listed = sizes
    .filter(({ size }) => size >= 1e6)
    .sort((a, b) => b.size - a.size)
    .map(({ name, size }) => `${name} ${gigabytes(size)}`);
  const all = gigabytes(sizes.reduce((sum, { size }) => sum + size, 0));
  const inside = listed.length === 0 ? "" : `: ${listed.join(", ")}`;
  return [
    { name: "cache", status: "ok", needed: false, found: `${cache}, ${all}${inside}` },
    diskPart("disk of the cache", cache, setUpDone),
    diskPart("disk of the project", projectFolder, setUpDone),
  ];
}

/** @param {string} file @returns {number} */
function sizeOf(file) {
  const entry = fs.lstatSync(file, { throwIfNoEntry: false });
  return entry?.isDirectory() ? folderSize(file) : (entry?.size ?? 0);
}

/** @param {string} name @param {string} folder @param {boolean} setUpDone @returns {Part} */
function diskPart(name, folder, setUpDone) {
  const free = freeSpace(folder);
  const wanted = setUpDone ? workBytes : setUpBytes;
  const found = `${gigabytes(free)} free`;
  if (free >= wanted) return { name, status: "ok", needed: true, found };
  const other = name === "disk of the cache" ? ", or set FEWSCOPE_CACHE to another disk" : "";
  const todo = `free some space (${gigabytes(wanted)} wanted)${other}`;
  return { name, status: "missing", needed: true, found, todo };
}

/** @param {number} bytes @returns {string} */
function gigabytes(bytes) {
  return bytes >= 0.1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(0)} MB`;
}

/** @param {readonly Part[]} parts @returns {string} */
function asText(parts) {
  const width = Math.max(...parts.map(({ name }) => name.length));
  return parts
    .map(({ name, status, found, todo }) => {
      const advice = todo === undefined ? "" : ` -> ${todo}`;
      return `${status.padEnd(7)}  ${name.padEnd(width)}  ${found}${advice}\n`;
    })
    .join("");
}

module.exports = { doctor, examine };
