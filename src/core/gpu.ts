import { backendLoaded, tf, type Tensor } from "./backend";
import { InputError } from "./inputError";
import { loadWebGpu, type WebGpuBackend, type WebGpuDevice } from "./webGpu";

/** A GPU that steps of a training run on, while native TensorFlow does everything else. */
export interface Gpu {
  /** Its name, as its driver says it. */
  readonly name: string;
  /** Does something on the GPU: tensors that it needs move there by themselves, and what it makes stays there. Values cannot be waited for inside. */
  readonly during: <T>(work: () => T) => T;
  /** Waits until the values of tensors are known here, so that `dataSync` gives them. @throws InputError if the GPU could not do what it was told */
  readonly fetch: (tensors: Iterable<Tensor>) => Promise<void>;
}

const backendName = "webgpu";

let opened: Promise<Gpu> | undefined;
let inUse: string | undefined;

/** The name of the GPU that trainings of this process have used, if they have. */
export const gpuInUse = (): string | undefined => inUse;

/**
 * The GPU of this machine, or the one that FEWSCOPE_GPU names.
 * @throws InputError if WebGPU is not set up, or finds no GPU
 */
export function openGpu(): Promise<Gpu> {
  opened ??= open().catch((error: unknown) => {
    // What was in the way may be mended meanwhile.
    opened = undefined;
    throw error;
  });
  return opened;
}

async function open(): Promise<Gpu> {
  if (!backendLoaded()) await tf.ready();
  const { device, name, makeBackend } = await loadWebGpu();
  const faults = listen(device);
  const backend = keepingValues(makeBackend());
  tf.registerBackend(backendName, () => backend as never);
  // Else small sums would be done here or there by where the numbers were last, and a training that goes on would differ from one that was not stopped.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  inUse = name;
  return {
    name,
    during: (work) => {
      const before = tf.getBackend();
      switchTo(backendName);
      try {
        return work();
      } finally {
        // Done now, since what waits in the queue holds tensors that native work may take back meanwhile.
        submit(backend);
        switchTo(before);
      }
    },
    fetch: async (tensors) => {
      try {
        await Promise.all(Array.from(tensors, (tensor) => tensor.data()));
      } catch (error) {
        throw failed(faults[0] ?? String(error), name, error);
      }
      if (faults[0] !== undefined) throw failed(faults[0], name);
    },
  };
}

/** A backend that is there already is taken at once, though TensorFlow promises it. */
function switchTo(name: string): void {
  void tf.setBackend(name);
}

function submit(backend: WebGpuBackend): void {
  if (backend.commandEncoder === null) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}

/** What the GPU could not do, in its driver's words; it says so beside the work, and goes on with zeros. */
function listen(device: WebGpuDevice): readonly string[] {
  const faults: string[] = [];
  device.addEventListener("uncapturederror", (event) => {
    // Else it is printed too.
    event.preventDefault();
    faults.push(event.error.message);
  });
  void device.lost.then(({ message }) => faults.push(message));
  return faults;
}

/** Keeps values here when they go to the GPU, so that whoever has the tensor can still read it at once. */
function keepingValues(backend: WebGpuBackend): WebGpuBackend {
  const { tensorMap } = backend;
  const upload = backend.uploadToGPU.bind(backend);
  backend.uploadToGPU = (id) => {
    const data = tensorMap.get(id);
    const { values } = data;
    upload(id);
    data.values = values;
  };
  const run = backend.runWebGPUProgram.bind(backend);
  backend.runWebGPUProgram = (program, inputs, dtype, uniforms, output) => {
    const made = run(program, inputs, dtype, uniforms, output);
    // A kernel that writes into a tensor that was there leaves its values here behind.
    if (output !== undefined && output !== null) tensorMap.get(made.dataId).values = null;
    return made;
  };
  backend.readSync = (id) => {
    const { values } = tensorMap.get(id);
    if (values !== undefined && values !== null) return values;
    throw new Error("values on a GPU were asked for at once; they have to be waited for");
  };
  return backend;
}

function failed(message: string, name: string, cause?: unknown): InputError {
  const words = message.trim().split("\n")[0];
  return new InputError(
    {
      got: `"${words}" from the GPU "${name}"`,
      expected: "it to do every step of the training",
      todo: "Take smaller batches if its memory is full, bring its driver up to date, or train with the device tensorflow.",
    },
    { cause },
  );
}
