import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { compileFunction } from "node:vm";
import { requireBesideTensorFlow } from "./backend";
import { cacheFolder } from "./files";
import { InputError } from "./inputError";

/** Names the values of a tensor. */
type DataId = object;

/** What the backend knows of a tensor. */
interface TensorValues {
  values?: unknown;
}

/** TensorFlow.js' backend on WebGPU, as far as it is called from outside of itself. */
export interface WebGpuBackend {
  readonly tensorMap: { get(id: DataId): TensorValues };
  readonly commandEncoder: object | null;
  uploadToGPU(id: DataId): void;
  runWebGPUProgram(
    program: object,
    inputs: readonly object[],
    dtype: string,
    uniforms?: readonly object[],
    output?: object | null,
  ): { readonly dataId: DataId };
  readSync(id: DataId): unknown;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

/** A GPU, as WebGPU gives it. */
export interface WebGpuDevice {
  readonly lost: Promise<{ readonly message: string }>;
  addEventListener(
    name: "uncapturederror",
    told: (event: { readonly error: { readonly message: string }; preventDefault(): void }) => void,
  ): void;
}

interface Adapter {
  readonly limits: Readonly<Record<string, number>>;
  readonly info: { readonly description: string; readonly device: string };
  requestDevice(wanted: {
    readonly requiredLimits: Readonly<Record<string, number>>;
  }): Promise<WebGpuDevice>;
}

/** Where GPUs are asked for. */
interface Gpus {
  requestAdapter(wanted: { readonly powerPreference: string }): Promise<Adapter | null>;
}

/** Dawn, WebGPU's implementation in Chromium, as a library for Node. */
interface Dawn {
  readonly globals: Readonly<Record<string, unknown>>;
  readonly create: (words: readonly string[]) => Gpus;
}

interface BackendPackage {
  readonly WebGPUBackend: new (device: WebGpuDevice, info: Adapter["info"]) => WebGpuBackend;
}

/** As in src/runtime/webGpu.js, which puts both into the cache. */
export const dawnVersion = "0.6.2";

/** The variable of the environment that picks one of several GPUs, by its name as `doctor` tells it. */
const gpuName = "FEWSCOPE_GPU";

/** What the backend's kernels may need more of than every GPU has to have. */
const wantedLimits = [
  "maxBufferSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
];

/** A GPU that was found, and what makes TensorFlow.js' backend on it. */
export interface LoadedWebGpu {
  readonly device: WebGpuDevice;
  readonly name: string;
  readonly makeBackend: () => WebGpuBackend;
}

/**
 * Loads WebGPU from the cache, and takes a GPU.
 * @throws InputError if it is not set up, or there is no GPU, or none of the wanted name
 */
export async function loadWebGpu(): Promise<LoadedWebGpu> {
  const modules = path.join(cacheFolder(), `webgpu-${dawnVersion}`, "node_modules");
  if (!fs.existsSync(modules))
    throw new InputError({
      got: "the device webgpu in a fewscope without WebGPU",
      expected: "to find it in the cache",
      todo: "Run `npx fewscope doctor --fix --webgpu` once, or train with the device tensorflow.",
    });
  const dawn = createRequire(path.join(modules, "fewscope.js"))(dawnFile(modules)) as Dawn;
  const wanted = process.env[gpuName] ?? "";
  const gpus = dawn.create(wanted === "" ? [] : [`adapter=${wanted}`]);
  const names = await namesOfGpus(dawn);
  const adapter = names.length === 0 ? null : await takeGpu(gpus, wanted, names);
  if (adapter === null)
    throw new InputError({
      got: "the device webgpu on a machine where WebGPU finds no GPU",
      expected: "a GPU with a driver for Vulkan, Metal or Direct3D 12",
      todo: "Install its driver (Debian, Ubuntu: apt install libvulkan1 mesa-vulkan-drivers; NVIDIA brings its own), or train with the device tensorflow; `npx fewscope doctor` tells what is found.",
    });
  const requiredLimits = Object.fromEntries(
    wantedLimits.map((limit) => [limit, adapter.limits[limit]]),
  );
  const device = await adapter.requestDevice({ requiredLimits });
  const { info } = adapter;
  return {
    device,
    name: nameOf(info, names),
    makeBackend: () => new (loadBackend(modules, dawn, gpus).WebGPUBackend)(device, info),
  };
}

function dawnFile(modules: string): string {
  const { platform, arch } = process;
  const place = `${platform}-${platform === "darwin" ? "universal" : arch}`;
  return path.join(modules, "webgpu", "dist", place, "dawn.node");
}

/** What the GPUs of this machine are called: Dawn lists them where one is asked for that cannot be. */
async function namesOfGpus({ create }: Dawn): Promise<readonly string[]> {
  try {
    await create(["adapter=\n"]).requestAdapter({ powerPreference: "high-performance" });
    return [];
  } catch (error) {
    return Array.from(String(error).matchAll(/name: '(.*)'$/gm), ([, name]) => name);
  }
}

/** @throws InputError if there is none of the wanted name */
async function takeGpu(
  gpus: Gpus,
  wanted: string,
  names: readonly string[],
): Promise<Adapter | null> {
  try {
    return await gpus.requestAdapter({ powerPreference: "high-performance" });
  } catch (error) {
    throw new InputError(
      {
        got: `${gpuName} "${wanted}"`,
        expected: `a GPU of this machine: ${names.map((name) => `"${name}"`).join(", ")}`,
        todo: `Change or unset ${gpuName}.`,
      },
      { cause: error },
    );
  }
}

/** The name of a GPU among those that were listed: what it says of itself is often its driver's name. */
function nameOf({ device, description }: Adapter["info"], names: readonly string[]): string {
  const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, "");
  const own = names.find((name) => plain(name) === plain(device));
  return own ?? (names.length === 1 ? names[0] : description || device);
}

/**
 * Runs the backend's file so that it finds the project's own TensorFlow, wherever the cache lies, and WebGPU's classes, which then need not be made known
 * to everybody.
 */
function loadBackend(modules: string, { globals }: Dawn, gpu: Gpus): BackendPackage {
  const folder = path.join(modules, "@tensorflow", "tfjs-backend-webgpu", "dist");
  const filename = path.join(folder, "tf-backend-webgpu.node.js");
  // The file would look for a GPU of its own if it saw one while it is loaded.
  const navigator: { gpu?: Gpus } = {};
  const module = { exports: {} as BackendPackage };
  const known: Readonly<Record<string, unknown>> = {
    ...globals,
    navigator,
    globalThis: { navigator },
    module,
    exports: module.exports,
    require: requireBesideTensorFlow(),
  };
  const run = compileFunction(fs.readFileSync(filename, "utf8"), Object.keys(known), { filename });
  (run as (...values: unknown[]) => void)(...Object.values(known));
  navigator.gpu = gpu;
  return module.exports;
}
