import { onCuda, tf, type Tensor } from "./backend";
import type { NativeBackend } from "./stepBackend";

const nativeBackend = (): NativeBackend => tf.backend() as unknown as NativeBackend;

/** Set to "off", TensorFlow's own pieces are called: for finding out whether a fault lies in the kernels here. The last digits are others. */
export const fusedName = "FEWSCOPE_FUSED";

let there: boolean | undefined;

/** Whether kernels of our own (`src/runtime/fusedKernels.cc`) are taken: where the processor has the instructions and the compiler of the binding knew them. */
export function hasOwnKernels(): boolean {
  if (process.env[fusedName] === "off" || tf.getBackend() !== "tensorflow") return false;
  return (there ??= nativeBackend().binding.fusedKernels?.() ?? false) && !onCuda();
}

/** Runs a kernel of our own on 32-bit floats, with these numbers, which gives so many tensors. */
export function runOwnKernel(
  name: string,
  numbers: Readonly<Record<string, number>>,
  inputs: readonly Tensor[],
  count: number,
): Tensor[] {
  const backend = nativeBackend();
  const { binding } = backend;
  const attributes = Object.entries(numbers).map(([name, value]) => ({ name, type: binding.TF_ATTR_FLOAT, value })); // prettier-ignore
  return binding
    .executeOp(name, attributes, backend.getInputTensorIds(inputs), count)
    .map((facts) => backend.createOutputTensor(facts));
}
