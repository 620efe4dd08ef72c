import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { zipSync } from "fflate";

const runtimeFolder = path.join(__dirname, "..", "..", "src", "runtime");

/** A part of the runtime, which is plain JavaScript; the caller says what it exports. */
export function runtimePart(file: string): unknown {
  return createRequire(__filename)(path.join(runtimeFolder, file));
}

/** What a run of `run.js` left behind. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project with the real runtime and stand-ins for all that it starts: nothing leaves this machine, nothing takes long. */
export interface Project {
  readonly folder: string;
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  /** Gives PATH a program; without text one that works. */
  tool(name: string, script?: string): void;
  removeTool(name: string): void;
  /** What the stand-ins were asked for, one line a call. */
  calls(): string[];
  start(...args: string[]): ChildProcess;
  run(...args: string[]): Promise<Run>;
  write(file: string, content: string | Uint8Array): void;
  path(file: string): string;
  remove(): void;
}

/** Makes a project whose packages are installed already; TensorFlow and the build are missing. */
export function makeProject(): Project {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-runtime-"));
  const inFolder = (file: string): string => path.join(folder, file);
  const write = (file: string, content: string | Uint8Array): void => {
    fs.mkdirSync(path.dirname(inFolder(file)), { recursive: true });
    fs.writeFileSync(inFolder(file), content);
  };
  fs.cpSync(runtimeFolder, inFolder("src/runtime"), { recursive: true });
  writeProjectFiles(write);
  const env: NodeJS.ProcessEnv = {
    PATH: inFolder("bin"),
    HOME: inFolder("home"),
    FEWSCOPE_CACHE: inFolder("cache"),
    CALLS: inFolder("calls"),
    WHEEL: inFolder("wheel.zip"),
    // As when npm itself has started us.
    npm_execpath: inFolder("bin/npm-cli.js"),
  };
  const tool = (name: string, script = workingTools[name] ?? ""): void => {
    write(`bin/${name}`, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
    fs.chmodSync(inFolder(`bin/${name}`), 0o755);
  };
  for (const name of Object.keys(workingTools)) tool(name);
  const start = (...args: string[]): ChildProcess =>
    spawn(process.execPath, [inFolder("src/runtime/run.js"), ...args], { env, cwd: folder });
  return {
    folder,
    cache: inFolder("cache"),
    env,
    tool,
    removeTool: (name) => fs.rmSync(inFolder(`bin/${name}`)),
    calls: () =>
      fs.existsSync(inFolder("calls"))
        ? fs.readFileSync(inFolder("calls"), "utf8").trim().split("\n")
        : [],
    start,
    run: (...args) => finished(start(...args)),
    write,
    path: inFolder,
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

/** Waits for the end of a process and gives what it wrote. */
export function finished(child: ChildProcess): Promise<Run> {
  return new Promise((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (text: Buffer) => (stdout += text.toString()));
    child.stderr?.on("data", (text: Buffer) => (stderr += text.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Waits until something holds; the test's own time limit ends it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** The stand-ins: each notes its call, then does what the real one would leave behind. */
const workingTools: Record<string, string> = {
  python3: `
if [ "$1" = --version ]; then echo "Python 3.11.0"; exit 0; fi
if [ "$3" = --version ]; then echo "pip 24.0 from somewhere"; exit 0; fi
echo "pip $3" >> "$CALLS"
while [ $# -gt 0 ]; do if [ "$1" = --dest ]; then dest=$2; fi; shift; done
mkdir -p "$dest" && cp "$WHEEL" "$dest/tensorflow.whl" && if [ "$CUDA" ]; then cp "$CUDA" "$dest/nvidia.whl"; fi`,
  "g++": `
echo "g++" >> "$CALLS"
while [ $# -gt 0 ]; do case "$1" in -o) out=$2 ;; *libtensorflow_cc*) library=$1 ;; esac; shift; done
echo "$library" > "$out"`,
};

/** A package that behaves as tfjs-node does for the few things that the set-up asks it. */
const standInForTfjs = `
const fs = require("node:fs");
const binding = __dirname + "/lib/napi-v8/tfjs_binding.node";
if (!fs.existsSync(binding)) throw new Error("the binding is not there");
exports.matMul = () => ({ dataSync: () => [11] });
exports.backend = () => ({ binding: { TF_Version: "2.21.0" }, isUsingGpuDevice: false });
console.error("oneDNN custom operations are on.");
console.error("E0000 00:00:1.0 7 cuda_platform.cc:52] failed call to cuInit: no driver");
process.report.getReport = () => ({ sharedObjects: [fs.readFileSync(binding, "utf8").trim()] });
`;

const standInForNpm = `
const fs = require("node:fs");
fs.appendFileSync(process.env.CALLS, "npm " + process.argv[2] + "\\n");
const { packages } = JSON.parse(fs.readFileSync("package-lock.json", "utf8"));
delete packages[""];
fs.writeFileSync("node_modules/.package-lock.json", JSON.stringify({ packages }));
fs.mkdirSync("node_modules/a", { recursive: true });
fs.writeFileSync("node_modules/a/package.json", "{}");
`;

const standInForTypescript = `
const fs = require("node:fs");
fs.appendFileSync(process.env.CALLS, "tsc\\n");
if (/MISTAKE/.test(fs.readFileSync("src/index.ts", "utf8"))) {
  console.log("src/index.ts(1,1): error TS1: mistake");
  process.exit(2);
}
fs.mkdirSync("dist/cli", { recursive: true });
for (const name of fs.readdirSync("src").filter((file) => file.endsWith(".ts"))) {
  fs.writeFileSync("dist/" + name.replace(/ts$/, "js"), "");
}
fs.writeFileSync("dist/cli/main.js", fs.readFileSync("main.js"));
`;

function writeProjectFiles(write: Project["write"]): void {
  const packages = { "node_modules/a": { version: "1.0.0" } };
  write("package-lock.json", JSON.stringify({ packages: { "": {}, ...packages } }));
  write("node_modules/.package-lock.json", JSON.stringify({ packages }));
  write("node_modules/a/package.json", "{}");
  write("bin/npm-cli.js", standInForNpm);
  write("node_modules/typescript/bin/tsc", standInForTypescript);
  const tfjs = "node_modules/@tensorflow/tfjs-node";
  // Port 1 of this machine: nobody listens there.
  const binary = { host: "http://127.0.0.1:1/builds" };
  write(`${tfjs}/package.json`, JSON.stringify({ version: "4.22.0", main: "index.js", binary }));
  write(`${tfjs}/scripts/deps-constants.js`, 'exports.LIBTENSORFLOW_VERSION = "2.9.1";');
  write(`${tfjs}/index.js`, standInForTfjs);
  write("tsconfig.json", "{}");
  write("notebooks/requirements.txt", "jupyterlab==4.6.6\n");
  write("src/index.ts", "");
  write("main.js", "console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 3;");
  write("wheel.zip", wheel);
  write("cuda.zip", cuda);
}

const wheel = zipSync({
  "tensorflow/libtensorflow_cc.so.2": new Uint8Array(5000).fill(7),
  "tensorflow/libtensorflow_framework.so.2": new Uint8Array(100),
  "tensorflow/include/tensorflow/c/c_api.h": new Uint8Array(10),
  "tensorflow/python/other.py": new Uint8Array(10),
});

const cuda = zipSync({
  "nvidia/cudnn/lib/libcudnn.so.9": new Uint8Array(300),
  "nvidia/cudnn/lib/libcudnn_static.a": new Uint8Array(300),
  "nvidia/cudnn/include/cudnn.h": new Uint8Array(10),
  "nvidia/cuda_nvcc/bin/ptxas": new Uint8Array(20),
});
