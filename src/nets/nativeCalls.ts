import { tf, type Binding, type KernelAttribute, type Tensor, type TensorFacts } from "../core";

/** What tfjs-node's backend has beyond the public interface. */
interface NativeBackend {
  readonly binding: Readonly<Record<BindingConstant, number>> & Pick<Binding, "executeOp">;
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(facts: TensorFacts): Tensor;
}

type BindingConstant =
  | "TF_FLOAT"
  | "TF_INT32"
  | "TF_ATTR_TYPE"
  | "TF_ATTR_INT"
  | "TF_ATTR_FLOAT"
  | "TF_ATTR_STRING"
  | "TF_ATTR_BOOL";

/** The native backend, which must be the one in use. */
const nativeBackend = (): NativeBackend => tf.backend() as unknown as NativeBackend;

type AttributeValue = number | boolean | string | readonly number[];

/** Attributes of a float kernel: its type parameters, then its settings; numbers are whole except in `floats`. */
export function attributes(
  types: readonly string[],
  settings: Readonly<Record<string, AttributeValue>> = {},
  floats: Readonly<Record<string, number>> = {},
): KernelAttribute[] {
  const { binding } = nativeBackend();
  const typeOf = (value: AttributeValue): number => {
    if (typeof value === "boolean") return binding.TF_ATTR_BOOL;
    return typeof value === "string" ? binding.TF_ATTR_STRING : binding.TF_ATTR_INT;
  };
  return [
    ...types.map((name) => ({ name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT })),
    ...Object.entries(settings).map(([name, value]) => ({ name, type: typeOf(value), value })),
    ...Object.entries(floats).map(([name, value]) => ({
      name,
      type: binding.TF_ATTR_FLOAT,
      value,
    })),
  ];
}

/** TensorFlow's number for 16-bit brain floats, which tfjs has no name for. */
const brainFloat = 14;

/** An attribute that is a kind of floats: brain floats, or those of 32 bits. */
export function floatKind(name: string, brain: boolean): KernelAttribute {
  const { TF_ATTR_TYPE, TF_FLOAT } = nativeBackend().binding;
  return { name, type: TF_ATTR_TYPE, value: brain ? brainFloat : TF_FLOAT };
}

/** An attribute that is a kind of integers: those of tfjs. */
export function integerKind(name: string): KernelAttribute {
  const { TF_ATTR_TYPE, TF_INT32 } = nativeBackend().binding;
  return { name, type: TF_ATTR_TYPE, value: TF_INT32 };
}

/** The data of tensors of brain floats, all of which tfjs takes for 32-bit floats. */
const brainData = new WeakSet<object>();

/** Whether a tensor has brain floats, so that only kernels here may read it. */
export function isBrain(x: Tensor): boolean {
  return brainData.has(x.dataId);
}

/** The same attributes for a kernel whose type "T" is brain floats. */
export function ofBrainFloats(floats: readonly KernelAttribute[]): KernelAttribute[] {
  return floats.map((attribute) =>
    attribute.name === "T" ? { ...attribute, value: brainFloat } : attribute,
  );
}

/** Attributes of a float kernel, for the kind of floats that a tensor has. */
export function forFloatsOf(
  x: Tensor,
  floats: readonly KernelAttribute[],
): readonly KernelAttribute[] {
  return isBrain(x) ? ofBrainFloats(floats) : floats;
}

/** Runs a kernel that gives some tensors. */
export function runMany(
  name: string,
  attrs: readonly KernelAttribute[],
  inputs: readonly Tensor[],
  count: number,
): Tensor[] {
  const backend = nativeBackend();
  const made = backend.binding.executeOp(name, attrs, backend.getInputTensorIds(inputs), count);
  return made.map((facts) => {
    if (facts.dtype !== brainFloat) return backend.createOutputTensor(facts);
    const tensor = backend.createOutputTensor({ ...facts, dtype: backend.binding.TF_FLOAT });
    brainData.add(tensor.dataId);
    return tensor;
  });
}

/** Runs a kernel that gives one tensor. */
export function run(name: string, attrs: readonly KernelAttribute[], ...inputs: Tensor[]): Tensor {
  return runMany(name, attrs, inputs, 1)[0];
}

/** The nearest brain floats, or brain floats as 32-bit floats. */
function cast(x: Tensor, brain: boolean): Tensor {
  const kinds = [floatKind("SrcT", !brain), floatKind("DstT", brain)];
  return run("Cast", [...kinds, ...attributes([], { Truncate: false })], x);
}

/** Runs `work` on tensors as brain floats or as 32-bit floats, rounded to the nearest or widened where they are not; those of other types stay. */
export function withFloats<T>(
  brain: boolean,
  tensors: readonly Tensor[],
  work: (tensors: Tensor[]) => T,
): T {
  const given = tensors.map((x) =>
    x.dtype !== "float32" || isBrain(x) === brain ? x : cast(x, brain),
  );
  const result = work(given);
  tf.dispose(given.filter((x, i) => x !== tensors[i]));
  return result;
}

/** The tensor itself, or a copy of the other kind of floats in whose favour it is disposed. */
export function madeFloats(brain: boolean, x: Tensor): Tensor {
  if (isBrain(x) === brain) return x;
  const other = cast(x, brain);
  x.dispose();
  return other;
}
