import { backendLoaded, onCuda, tf, valuesOf, type Tensor, type Tensor1D } from "./backend";
import type { KernelAttribute, NativeBackend } from "./stepBackend";

const nativeBackend = (): NativeBackend => tf.backend() as unknown as NativeBackend;

/** Set to "off", TensorFlow's own pieces are called: for finding out whether a fault lies in the kernels here. The last digits are others. */
export const fusedName = "FEWSCOPE_FUSED";

let there: boolean | undefined;

/** Whether kernels of our own (`src/runtime/fusedKernels.cc`) are taken: where the processor has the instructions and the compiler of the binding knew them. */
export function hasOwnKernels(): boolean {
  if (process.env[fusedName] === "off" || tf.getBackend() !== "tensorflow") return false;
  return (there ??= nativeBackend().binding.fusedKernels?.() ?? false) && !onCuda();
}

/** Values from which a kernel of our own is worth what it takes to hand them over. */
const manyValues = 1e5;

/** Whether a kernel of our own, which gives the same bits as a loop, is worth it for so many values. Never loads TensorFlow. */
export function worthOwnKernel(values: number): boolean {
  return values >= manyValues && backendLoaded() && hasOwnKernels();
}

/** Runs a kernel of our own on 32-bit floats, with these numbers, which gives so many tensors. */
export function runOwnKernel(
  name: string,
  numbers: Readonly<Record<string, number>>,
  inputs: readonly Tensor[],
  count: number,
): Tensor[] {
  return runWith(name, asAttributes(numbers), inputs, count);
}

/** Numbers of double precision as kernels of our own take them, each as two whole numbers, since tensors here have none. [n] -> [2n] */
export function doublesTensor(...parts: readonly Float64Array[]): Tensor1D {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return tf.tensor1d(new Int32Array(all.buffer), "int32");
}

/** The numbers of double precision that a kernel of our own gave. */
export function doublesOf(compute: () => Tensor): Float64Array {
  const halves = valuesOf(compute) as ArrayLike<number> as Int32Array;
  // Where they lie need not be a place for doubles.
  return halves.byteOffset % 8 === 0
    ? new Float64Array(halves.buffer, halves.byteOffset, halves.length / 2)
    : new Float64Array(halves.slice().buffer);
}

/**
 * Moves variables by a kernel of our own, which takes vectors over all their values, numbers, and each variable's gradient -> so many vectors, and the variables' values in the
 * gradients' shapes.
 */
export function runOwnUpdate(
  name: string,
  constants: Readonly<Record<string, number>>,
  inputs: readonly Tensor[],
  gradients: readonly Tensor[],
  count: number,
): { readonly vectors: Tensor1D[]; readonly values: Tensor[] } {
  const attributes = [...asAttributes(constants), countOf(gradients)];
  const made = runWith(name, attributes, [...inputs, ...gradients], count + gradients.length);
  return { vectors: made.slice(0, count) as Tensor1D[], values: made.slice(count) };
}

function asAttributes(numbers: Readonly<Record<string, number>>): KernelAttribute[] {
  const type = nativeBackend().binding.TF_ATTR_FLOAT;
  return Object.entries(numbers).map(([name, value]) => ({ name, type, value }));
}

/** Values of tensors one after the other, by a kernel of our own. [size] */
export function joinTensors(parts: readonly Tensor[]): Tensor1D {
  return runWith("FewscopeJoin", [countOf(parts)], parts, 1)[0] as Tensor1D;
}

/** The other way round: values as tensors of the shapes of these, which are not changed. */
export function partLike(joined: Tensor1D, like: readonly Tensor[]): Tensor[] {
  return runWith("FewscopePart", [countOf(like)], [joined, ...like], like.length);
}

function countOf({ length }: readonly Tensor[]): KernelAttribute {
  return { name: "N", type: nativeBackend().binding.TF_ATTR_INT, value: length };
}

function runWith(
  name: string,
  attributes: readonly KernelAttribute[],
  inputs: readonly Tensor[],
  count: number,
): Tensor[] {
  const backend = nativeBackend();
  return backend.binding
    .executeOp(name, attributes, backend.getInputTensorIds(inputs), count)
    .map((facts) => backend.createOutputTensor(facts));
}
