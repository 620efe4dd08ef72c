import type * as TensorFlow from "@tensorflow/tfjs-node";
import { createRequire } from "node:module";
import util from "node:util";
import { checkOneOf } from "./checks";
import { InputError } from "./inputError";
import { namedPrecision, precisionInUse, usePrecision, type Precision } from "./precision";

export type {
  NamedTensorMap,
  Rank,
  Scalar,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  Variable,
} from "@tensorflow/tfjs-node";

type TensorFlowModule = typeof TensorFlow;

let loaded: TensorFlowModule | undefined;

/** Every device that a training may run on. */
export const devices = ["tensorflow", "webgpu"] as const;

/** What steps of a training run on: native TensorFlow, or a GPU of any maker through WebGPU. */
export type Device = (typeof devices)[number];

/** How TensorFlow runs; part of every result, since it changes rounding. */
export interface BackendOptions {
  /** Threads in one operation, at least 1. Read by the native library when it loads. */
  readonly threads?: number;
  /** What trainings run on from now on. @default what FEWSCOPE_BACKEND says, else "tensorflow" */
  readonly device?: Device | undefined;
  /** What convolutions are computed with. @default what FEWSCOPE_PRECISION says, else "single" */
  readonly precision?: Precision | undefined;
}

/** The variable of the environment that names the device where nothing else does. */
const deviceName = "FEWSCOPE_BACKEND";

let device: Device | undefined;

/**
 * What trainings run on.
 * @throws InputError if FEWSCOPE_BACKEND names no device
 */
export function trainingDevice(): Device {
  if (device !== undefined) return device;
  const named = process.env[deviceName];
  return named === undefined || named === ""
    ? "tensorflow"
    : checkOneOf(deviceName, named, devices);
}

/**
 * Sets how TensorFlow will run, before its first use, and what trainings run on.
 * @throws InputError if TensorFlow is loaded already with another number of threads or another precision, or neither the processor nor the device is fit for that
 */
export function configureBackend({ threads, device: trainings, precision }: BackendOptions): void {
  device = trainings;
  if (trainingDevice() === "webgpu") refuseMixed(precision);
  if (precision !== undefined) configurePrecision(precision);
  if (threads === undefined) return;
  const wanted = String(threads);
  if (loaded !== undefined && process.env["TF_NUM_INTRAOP_THREADS"] !== wanted) {
    throw new InputError({
      got: `threads ${wanted} while TensorFlow already runs with ${process.env["TF_NUM_INTRAOP_THREADS"] ?? "its default"}`,
      expected: "one number of threads for the whole process, because it changes the last digits",
      todo: "Start a new process, or set TF_NUM_INTRAOP_THREADS before the first tensor is made.",
    });
  }
  process.env["TF_NUM_INTRAOP_THREADS"] = wanted;
  // Whole operations run one after the other here, so a second pool would only compete for the cores.
  process.env["TF_NUM_INTEROP_THREADS"] ??= "1";
}

let precisionWanted: Precision | undefined;

function configurePrecision(precision: Precision): void {
  const now = precisionInUse() ?? "single";
  if (loaded !== undefined && precision !== now) {
    throw new InputError({
      got: `precision "${precision}" while TensorFlow already runs with "${now}"`,
      expected:
        "one precision for the whole process, because what was computed with one is not mixed with another",
      todo: "Start a new process (restart the notebook's kernel), and set FEWSCOPE_PRECISION before the first tensor is made.",
    });
  }
  if (loaded === undefined) usePrecision(precision);
  precisionWanted = precision;
}

/** Convolutions on a GPU are not computed by the kernels that take brain floats. */
function refuseMixed(precision = precisionWanted ?? namedPrecision()): void {
  if (precision !== "mixed") return;
  throw new InputError({
    got: `precision "mixed" for trainings on a GPU`,
    expected: "trainings on the processor, whose convolutions alone it changes",
    todo: 'Leave out either "precision" (and FEWSCOPE_PRECISION) or "device" (and FEWSCOPE_BACKEND).',
  });
}

/** Whether TensorFlow has been loaded, which takes half a second and is put off until a tensor is needed. */
export function backendLoaded(): boolean {
  return loaded !== undefined;
}

function load(): TensorFlowModule {
  if (loaded === undefined) {
    const named = precisionWanted ?? namedPrecision();
    if (named !== undefined) usePrecision(named);
    // Off by default on CPUs with AVX2 only, and worth a factor of two there.
    process.env["TF_ENABLE_ONEDNN_OPTS"] ??= "1";
    process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
    // Keeps compiled kernels between steps: more memory, less time, the same bits.
    process.env["TF_MKL_OPTIMIZE_PRIMITIVE_MEMUSE"] ??= "0";
    // For GPUs of NVIDIA: no more memory than is needed, so that several processes can share one.
    process.env["TF_FORCE_GPU_ALLOW_GROWTH"] ??= "true";
    restoreRemovedUtilities();
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on first use, not on import
    loaded = explained(() => require("@tensorflow/tfjs-node") as TensorFlowModule);
    // The same bits each time, which kernels of a processor give anyway. Read at the first kernel.
    if (onCuda()) {
      refuseMixed();
      process.env["TF_DETERMINISTIC_OPS"] ??= "1";
    }
  }
  return loaded;
}

/** Whether native TensorFlow computes on a GPU of NVIDIA, through CUDA: `FEWSCOPE_TENSORFLOW=cuda` at the set-up, and a card is there. */
export function onCuda(): boolean {
  const native = load().findBackend("tensorflow") as { readonly isUsingGpuDevice?: boolean } | null;
  return native?.isUsingGpuDevice === true;
}

/** What npm installs lacks its native part, until it is set up. */
function explained(work: () => TensorFlowModule): TensorFlowModule {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || !/tfjs_binding|libtensorflow/.test(error.message)) throw error;
    throw new InputError(
      {
        got: "a fewscope whose native TensorFlow is not set up",
        expected: "to find it beside the package @tensorflow/tfjs-node",
        todo: "Run `npx fewscope doctor --fix` once, in the folder of your project.",
      },
      { cause: error },
    );
  }
}

/** tfjs-node 4.22 still calls two functions of `util`: one that Node 22 warns of and Node 23 dropped, and one that warns on each call. */
function restoreRemovedUtilities(): void {
  const target = util as unknown as Record<string, unknown>;
  target["isNullOrUndefined"] = (value: unknown) => value === null || value === undefined;
  target["isArray"] = Array.isArray;
}

/** TensorFlow, loaded natively on first use. The only way to it in this project. */
export const tf: TensorFlowModule = new Proxy({} as TensorFlowModule, {
  get: (_, key) => Reflect.get(load(), key) as unknown,
  has: (_, key) => Reflect.has(load(), key),
});

/** Finds packages as the loaded TensorFlow itself does, so that what is loaded beside it shares its tensors. */
export function requireBesideTensorFlow(): NodeJS.Require {
  return createRequire(require.resolve("@tensorflow/tfjs-node"));
}

/**
 * Computes a tensor, downloads its values and disposes everything. Handing a typed array through `tf.tidy` instead makes
 * it look at every single value for a tensor.
 */
export function valuesOf(compute: () => TensorFlow.Tensor): Float32Array {
  const result = tf.tidy(compute);
  const values = result.dataSync() as Float32Array;
  result.dispose();
  return values;
}
