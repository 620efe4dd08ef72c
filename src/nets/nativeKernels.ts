import {
  hasOwnKernels,
  onCuda,
  tf,
  type NamedTensorMap,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from "../core";
import {
  attributes,
  forFloatsOf,
  isBrain,
  madeFloats,
  run,
  runMany,
  withFloats,
} from "./nativeCalls";
import { registerConvolution, registerConvolutionBeside } from "./nativeConvolution";
import { fusedFixedNorm, fusedSum, registerFusedKernels, takesNorm } from "./fusedKernels";

/*
 * Kernels of TensorFlow which tfjs has no function for are called here and in nativeConvolution.ts alone. They are registered with
 * tfjs as kernels with gradients of their own, under names of ours. In training, TensorFlow's batch norm and ReLU gradient halve the memory
 * and save passes over it. Gradients free what they used at once rather than at the end of the step; so a training step
 * needs little more memory than its activations.
 */

/** The kernels that are registered here. */
export type NativeKernel =
  | "Convolution"
  | "ConvolutionBeside"
  | "BatchNorm"
  | "BatchNormRelu"
  | "FusedNorm"
  | "FusedNormOnto"
  | "FixedNorm"
  | "FixedNormRelu"
  | "AddRelu"
  | "Fork"
  | "EveryNth"
  | "Average";

/** Runs one of our kernels on the native backend. */
export type RunNative = (
  kernel: NativeKernel,
  inputs: NamedTensorMap,
  settings?: Readonly<Record<string, number | boolean | readonly number[]>>,
) => Tensor[];

const prefix = "Fewscope";

let registered = false;

/** What runs our kernels, or undefined on a backend that does not have them. */
export function native(): RunNative | undefined {
  if (tf.getBackend() !== "tensorflow") return undefined;
  if (!registered) {
    registerConvolution(`${prefix}Convolution`);
    registerConvolutionBeside(`${prefix}ConvolutionBeside`);
    registerBatchNorm("BatchNorm");
    registerBatchNorm("BatchNormRelu");
    registerFixedNorm("FixedNorm");
    registerFixedNorm("FixedNormRelu");
    registerAddRelu();
    registerFusedKernels(prefix);
    registered = true;
  }
  return (kernel, inputs, settings = {}) => {
    const out: Tensor | Tensor[] = tf.engine().runKernel(prefix + kernel, inputs, { ...settings });
    return Array.isArray(out) ? out : [out];
  };
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
      const { epsilon, momentum, inner } = attrs as unknown as NormSettings;
      const forward = relu ? batchNormRelu : batchNorm;
      const floats = { epsilon, exponential_avg_factor: momentum };
      const [y, ...statistics] = withFloats(normsInBrainFloats(x), [x], ([values]) =>
        forward([values, scale, offset, mean, variance], floats),
      );
      return [madeFloats(isBrain(x) && inner === true, y), ...statistics];
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
        epsilon: (attrs as unknown as NormSettings).epsilon,
      });
      const dy = (dys as Tensor[])[0];
      const inner = relu ? run("ReluGrad", forFloatsOf(dy, attributes(["T"])), dy, outputs[0]) : dy;
      const noScratch = tf.tensor1d([]);
      const gradients = withFloats(normsInBrainFloats(x), [inner, x], ([above, values]) =>
        runMany(
          "FusedBatchNormGradV3",
          forFloatsOf(values, settings),
          [above, values, scale, mean, variance, noScratch],
          5,
        ),
      );
      const dx = madeFloats(isBrain(x), gradients[0]);
      tf.dispose([...saved, dy, inner, noScratch, ...gradients.splice(3)]);
      return { x: () => dx, scale: () => gradients[1], offset: () => gradients[2] };
    },
  });
}

interface NormSettings {
  readonly epsilon: number;
  readonly momentum: number;
  /** Whether only kernels here read the result, so that it may be brain floats. */
  readonly inner?: boolean;
}

/** oneDNN's batch norm of brain floats is a hundred times slower where the channels are no multiple of 16. */
function normsInBrainFloats(x: Tensor): boolean {
  return isBrain(x) && (x as Tensor4D).shape[3] % 16 === 0;
}

/** Normalised values, new running mean and variance, and mean and variance for the gradient. */
function batchNorm(inputs: Tensor[], floats: Readonly<Record<string, number>>): Tensor[] {
  const settings = attributes(["T", "U"], batchNormSettings, floats);
  return withoutLast(runMany("FusedBatchNormV3", forFloatsOf(inputs[0], settings), inputs, 6));
}

/** The same with negative values set to 0, in one pass where TensorFlow can. */
function batchNormRelu(inputs: Tensor[], floats: Readonly<Record<string, number>>): Tensor[] {
  if (fusesRelu()) return fusedBatchNormRelu(inputs, floats);
  const [normed, ...others] = batchNorm(inputs, floats);
  const y = run("Relu", forFloatsOf(normed, attributes(["T"])), normed);
  normed.dispose();
  return [y, ...others];
}

function fusedBatchNormRelu(inputs: Tensor[], floats: Readonly<Record<string, number>>): Tensor[] {
  // The kernel has no public name; this label is how TensorFlow itself asks for it.
  const label = { _kernel: "MklNameChangeOp", num_side_inputs: 0, activation_mode: "Relu" };
  const settings = attributes(["T", "U"], { ...batchNormSettings, ...label }, floats);
  const own = forFloatsOf(inputs[0], settings);
  return withoutLast(runMany("_MklNativeFusedBatchNormEx", own, inputs, 6));
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
      if (hasOwnKernels() && takesNorm(x)) return fusedFixedNorm(x, [scale, offset, mean, variance], { epsilon, relu }); // prettier-ignore
      const y = withFloats(false, [x], ([image]) =>
        tf.batchNorm4d(image as Tensor4D, mean, variance, offset, scale, epsilon),
      );
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
      const scaleGradient = (values: Tensor): Tensor =>
        overPixels(inner.mul(values.sub(mean).mul(rate)));
      return {
        x: () => madeFloats(isBrain(x), inner.mul(scale.mul(rate))),
        scale: () => withFloats(false, [x], ([values]) => scaleGradient(values)),
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
      if (hasOwnKernels() && a.rank === 4) return fusedSum(a, b, true);
      const sum = withFloats(false, [a, b], ([one, other]) => run("AddV2", attributes(["T"]), one, other)); // prettier-ignore
      const y = run("Relu", attributes(["T"]), sum);
      sum.dispose();
      return y;
    },
  });
  tf.registerGradient({
    kernelName,
    outputsToSave: [true],
    gradFunc: (dys, [y], attrs) => {
      const { brainSide = false } = attrs as { brainSide?: boolean };
      const dy = dys as Tensor;
      const result = run("ReluGrad", attributes(["T"]), dy, y);
      tf.dispose([dy, y]);
      // Two tensors over the same values, since each is disposed where it is used.
      return { a: () => result.clone(), b: () => madeFloats(brainSide, result) };
    },
  });
}
