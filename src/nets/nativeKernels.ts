import {
  onCuda,
  tf,
  type NamedTensorMap,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from "../core";

/*
 * The only place that calls kernels of TensorFlow which tfjs has no function for. They are registered with tfjs as kernels
 * with gradients of their own, under names of ours. In training, TensorFlow's batch norm and ReLU gradient halve the memory
 * and save passes over it. Gradients free what they used at once rather than at the end of the step; so a training step
 * needs little more memory than its activations.
 */

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What tfjs-node's backend has beyond the public interface. */
interface NativeBackend {
  readonly binding: Readonly<Record<BindingConstant, number>>;
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: Tensor[],
    count: number,
  ): Tensor[];
}

type BindingConstant =
  "TF_FLOAT" | "TF_ATTR_TYPE" | "TF_ATTR_INT" | "TF_ATTR_FLOAT" | "TF_ATTR_STRING" | "TF_ATTR_BOOL";

/** The kernels that are registered here. */
export type NativeKernel =
  "Convolution" | "BatchNorm" | "BatchNormRelu" | "FixedNorm" | "FixedNormRelu" | "AddRelu";

/** Runs one of our kernels on the native backend. */
export type RunNative = (
  kernel: NativeKernel,
  inputs: NamedTensorMap,
  settings?: Readonly<Record<string, number>>,
) => Tensor[];

const prefix = "Fewscope";

let registered = false;

/** What runs our kernels, or undefined on a backend that does not have them. */
export function native(): RunNative | undefined {
  if (tf.getBackend() !== "tensorflow") return undefined;
  if (!registered) {
    registerConvolution();
    registerBatchNorm("BatchNorm");
    registerBatchNorm("BatchNormRelu");
    registerFixedNorm("FixedNorm");
    registerFixedNorm("FixedNormRelu");
    registerAddRelu();
    registered = true;
  }
  return (kernel, inputs, settings = {}) => {
    const out: Tensor | Tensor[] = tf.engine().runKernel(prefix + kernel, inputs, { ...settings });
    return Array.isArray(out) ? out : [out];
  };
}

const backend = (): NativeBackend => tf.backend() as unknown as NativeBackend;

type AttributeValue = number | boolean | string | readonly number[];

/** Attributes of a float kernel: its type parameters, then its settings; numbers are whole except in `floats`. */
function attributes(
  types: readonly string[],
  settings: Readonly<Record<string, AttributeValue>> = {},
  floats: Readonly<Record<string, number>> = {},
): Attribute[] {
  const { binding } = backend();
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

function run(name: string, attrs: readonly Attribute[], ...inputs: Tensor[]): Tensor {
  return backend().executeSingleOutput(name, attrs, inputs);
}

const attributesOf = new Map<string, Attribute[]>();

function convolutionAttributes(stride: number, padding: number, kernel: number): Attribute[] {
  const key = `${stride} ${padding} ${kernel}`;
  const found = attributesOf.get(key) ?? makeConvolutionAttributes(stride, padding, kernel);
  attributesOf.set(key, found);
  return found;
}

function makeConvolutionAttributes(stride: number, padding: number, kernel: number): Attribute[] {
  // "SAME" puts the odd row of a stride of two at the far end, PyTorch at the near one.
  const same = stride === 1 && 2 * padding + 1 === kernel;
  const settings = {
    strides: [1, stride, stride, 1],
    data_format: "NHWC",
    dilations: [1, 1, 1, 1],
    use_cudnn_on_gpu: true,
  };
  if (same || padding === 0) {
    return attributes(["T"], { ...settings, padding: same ? "SAME" : "VALID" });
  }
  const sides = [0, 0, padding, padding, padding, padding, 0, 0];
  return attributes(["T"], { ...settings, padding: "EXPLICIT", explicit_paddings: sides });
}

function registerConvolution(): void {
  const kernelName = `${prefix}Convolution`;
  tf.registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs }) => {
      const { x, filter } = inputs as { x: Tensor4D; filter: Tensor4D };
      const { stride, padding } = attrs as { stride: number; padding: number };
      return run("Conv2D", convolutionAttributes(stride, padding, filter.shape[0]), x, filter);
    },
  });
  tf.registerGradient({
    kernelName,
    inputsToSave: ["x", "filter"],
    gradFunc: (dy, saved, attrs) => {
      const [x, filter] = saved as Tensor4D[];
      const { stride, padding } = attrs as { stride: number; padding: number };
      const gradient = dy as Tensor4D;
      // tfjs asks for x first, if it asks for both; the stem's is never asked for.
      return {
        x: () => inputGradient(x, filter, gradient, stride, padding),
        filter: () => {
          const result = filterGradient(x, filter, gradient, stride, padding);
          tf.dispose([x, filter, gradient]);
          return result;
        },
      };
    },
  });
}

function shapeOf(x: Tensor): Tensor {
  return tf.tensor1d(x.shape, "int32");
}

/** Rows and columns that PyTorch's padding puts before and after the image, as far as the kernel reaches. */
function paddingOf(
  x: Tensor4D,
  filter: Tensor4D,
  dy: Tensor4D,
  stride: number,
  padding: number,
): [number, number][] {
  const sides = ([1, 2] as const).map((axis): [number, number] => {
    const reach = (dy.shape[axis] - 1) * stride + filter.shape[0];
    return [padding, Math.max(0, reach - x.shape[axis] - padding)];
  });
  return [[0, 0], ...sides, [0, 0]];
}

/**
 * TensorFlow has no oneDNN kernel for the gradients of explicit padding. For the input that costs little while there are
 * few channels; with many, padding first is up to 3 times faster.
 */
function inputGradient(
  x: Tensor4D,
  filter: Tensor4D,
  dy: Tensor4D,
  stride: number,
  padding: number,
): Tensor {
  const kernel = filter.shape[0];
  // oneDNN's strided kernel was seen to write past its memory where the batch is odd.
  const padded = stride > 1 && padding > 0 && x.shape[3] >= 64 && x.shape[0] % 2 === 0;
  if (!padded) {
    const settings = convolutionAttributes(stride, padding, kernel);
    return run("Conv2DBackpropInput", settings, shapeOf(x), filter, dy);
  }
  const sides = paddingOf(x, filter, dy, stride, padding);
  const shape = tf.tensor1d(
    x.shape.map((size, axis) => size + sides[axis][0] + sides[axis][1]),
    "int32",
  );
  const settings = convolutionAttributes(stride, 0, kernel);
  const whole = run("Conv2DBackpropInput", settings, shape, filter, dy);
  return tf.slice(
    whole,
    sides.map(([before]) => before),
    x.shape,
  );
}

/** For the weights, padding first is 3 times faster with any number of channels. */
function filterGradient(
  x: Tensor4D,
  filter: Tensor4D,
  dy: Tensor4D,
  stride: number,
  padding: number,
): Tensor {
  const kernel = filter.shape[0];
  const explicit = stride > 1 && padding > 0;
  const padded = explicit ? tf.pad(x, paddingOf(x, filter, dy, stride, padding)) : x;
  const settings = convolutionAttributes(stride, explicit ? 0 : padding, kernel);
  const result = run("Conv2DBackpropFilter", settings, padded, shapeOf(filter), dy);
  if (explicit) padded.dispose();
  return result;
}

const batchNormSettings = { data_format: "NHWC", is_training: true };

function registerBatchNorm(name: "BatchNorm" | "BatchNormRelu"): void {
  const kernelName = prefix + name;
  const relu = name === "BatchNormRelu";
  tf.registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs }) => {
      const { x, scale, offset, mean, variance } = inputs as NamedTensorMap;
      const { epsilon, momentum } = attrs as { epsilon: number; momentum: number };
      const forward = relu ? batchNormRelu : batchNorm;
      return forward([x, scale, offset, mean, variance], {
        epsilon,
        exponential_avg_factor: momentum,
      });
    },
  });
  tf.registerGradient({
    kernelName,
    inputsToSave: ["x", "scale"],
    outputsToSave: [relu, false, false, true, true],
    gradFunc: (dys, saved, attrs) => {
      const [x, scale, ...outputs] = saved;
      const [mean, variance] = outputs.slice(-2);
      const settings = attributes(["T", "U"], batchNormSettings, {
        epsilon: (attrs as { epsilon: number }).epsilon,
      });
      const dy = (dys as Tensor[])[0];
      const inner = relu ? run("ReluGrad", attributes(["T"]), dy, outputs[0]) : dy;
      const noScratch = tf.tensor1d([]);
      const gradients = backend().executeMultipleOutputs(
        "FusedBatchNormGradV3",
        settings,
        [inner, x, scale, mean, variance, noScratch],
        5,
      );
      tf.dispose([...saved, dy, inner, noScratch, ...gradients.splice(3)]);
      return {
        x: () => gradients[0],
        scale: () => gradients[1],
        offset: () => gradients[2],
      };
    },
  });
}

/** Normalised values, new running mean and variance, and mean and variance for the gradient. */
function batchNorm(inputs: Tensor[], floats: Readonly<Record<string, number>>): Tensor[] {
  const settings = attributes(["T", "U"], batchNormSettings, floats);
  return withoutLast(backend().executeMultipleOutputs("FusedBatchNormV3", settings, inputs, 6));
}

/** The same with negative values set to 0, in one pass where TensorFlow can. */
function batchNormRelu(inputs: Tensor[], floats: Readonly<Record<string, number>>): Tensor[] {
  if (fusesRelu()) return fusedBatchNormRelu(inputs, floats);
  const [normed, ...others] = batchNorm(inputs, floats);
  const y = run("Relu", attributes(["T"]), normed);
  normed.dispose();
  return [y, ...others];
}

function fusedBatchNormRelu(inputs: Tensor[], floats: Readonly<Record<string, number>>): Tensor[] {
  // The kernel has no public name; this label is how TensorFlow itself asks for it.
  const label = { _kernel: "MklNameChangeOp", num_side_inputs: 0, activation_mode: "Relu" };
  const settings = attributes(["T", "U"], { ...batchNormSettings, ...label }, floats);
  const name = "_MklNativeFusedBatchNormEx";
  return withoutLast(backend().executeMultipleOutputs(name, settings, inputs, 6));
}

/** Drops the scratch space of a batch norm. */
function withoutLast(outputs: Tensor[]): Tensor[] {
  outputs.pop()?.dispose();
  return outputs;
}

let fused: boolean | undefined;

/** Whether this TensorFlow has batch norm and ReLU in one kernel: only with oneDNN, on a CPU. */
function fusesRelu(): boolean {
  if (fused !== undefined) return fused;
  fused = false;
  if (onCuda() || process.env["TF_ENABLE_ONEDNN_OPTS"] === "0") return fused;
  try {
    tf.tidy(() => {
      const inputs = [tf.ones([1, 1, 1, 1]), ...Array.from({ length: 4 }, () => tf.ones([1]))];
      fusedBatchNormRelu(inputs, { epsilon: 1, exponential_avg_factor: 1 });
    });
    fused = true;
  } catch {
    // Another TensorFlow without this kernel: the two-pass way gives the same.
  }
  return fused;
}

/** Batch norm by running statistics. Values are those of tfjs; its gradient takes five passes over the map and that of ReLU two, where two in all do. */
function registerFixedNorm(name: "FixedNorm" | "FixedNormRelu"): void {
  const kernelName = prefix + name;
  const relu = name === "FixedNormRelu";
  tf.registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs }) => {
      const { x, scale, offset, mean, variance } = inputs as Record<string, Tensor1D>;
      const { epsilon } = attrs as { epsilon: number };
      const image = x as Tensor as Tensor4D;
      const y = tf.batchNorm4d(image, mean, variance, offset, scale, epsilon);
      if (!relu) return y;
      const positive = run("Relu", attributes(["T"]), y);
      y.dispose();
      return positive;
    },
  });
  tf.registerGradient({
    kernelName,
    inputsToSave: ["x", "scale", "mean", "variance"],
    outputsToSave: [relu],
    gradFunc: (dys, [x, scale, mean, variance, y], attrs) => {
      const { epsilon } = attrs as { epsilon: number };
      const dy = dys as Tensor;
      const inner = relu ? run("ReluGrad", attributes(["T"]), dy, y) : dy;
      const rate = variance.add(epsilon).rsqrt();
      const overPixels = (values: Tensor): Tensor => values.sum([0, 1, 2]);
      return {
        x: () => inner.mul(scale.mul(rate)),
        scale: () => overPixels(inner.mul(x.sub(mean).mul(rate))),
        offset: () => overPixels(inner),
      };
    },
  });
}

function registerAddRelu(): void {
  const kernelName = `${prefix}AddRelu`;
  tf.registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: ({ inputs }) => {
      const { a, b } = inputs as NamedTensorMap;
      const sum = run("AddV2", attributes(["T"]), a, b);
      const y = run("Relu", attributes(["T"]), sum);
      sum.dispose();
      return y;
    },
  });
  tf.registerGradient({
    kernelName,
    outputsToSave: [true],
    gradFunc: (dys, [y]) => {
      const dy = dys as Tensor;
      const result = run("ReluGrad", attributes(["T"]), dy, y);
      tf.dispose([dy, y]);
      // Two tensors over the same values, since each is disposed where it is used.
      return { a: () => result.clone(), b: () => result };
    },
  });
}
