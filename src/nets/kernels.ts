import { tf, type Tensor, type Tensor1D, type Tensor4D } from "../core";

/*
 * The only place that calls TensorFlow kernels which tfjs has no function for. Each has a plain fallback, so that every
 * other backend of tfjs works too, only slower.
 */

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What tfjs-node's backend has beyond the public interface. */
interface NativeBackend {
  readonly binding: Readonly<
    Record<
      | "TF_FLOAT"
      | "TF_ATTR_TYPE"
      | "TF_ATTR_INT"
      | "TF_ATTR_FLOAT"
      | "TF_ATTR_STRING"
      | "TF_ATTR_BOOL",
      number
    >
  >;
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: Tensor[],
    count: number,
  ): Tensor[];
}

/** The native backend, or undefined on another one. */
function native(): NativeBackend | undefined {
  if (tf.getBackend() !== "tensorflow") return undefined;
  return tf.backend() as unknown as NativeBackend;
}

type AttributeValue = number | boolean | string | readonly number[];

/** Attributes of a float kernel. Whole numbers become integers except where `floats` says otherwise. */
function attributes(
  { binding }: NativeBackend,
  types: readonly string[],
  values: Readonly<Record<string, AttributeValue>>,
  floats: Readonly<Record<string, number>> = {},
): Attribute[] {
  const typeOf = (value: AttributeValue): number =>
    typeof value === "boolean"
      ? binding.TF_ATTR_BOOL
      : typeof value === "string"
        ? binding.TF_ATTR_STRING
        : binding.TF_ATTR_INT;
  return [
    ...types.map((name) => ({ name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT })),
    ...Object.entries(values).map(([name, value]) => ({ name, type: typeOf(value), value })),
    ...Object.entries(floats).map(([name, value]) => ({
      name,
      type: binding.TF_ATTR_FLOAT,
      value,
    })),
  ];
}

/** Rectified linear unit whose gradient is one kernel. */
export function relu<T extends Tensor>(x: T): T {
  const backend = native();
  if (backend === undefined) return tf.relu(x);
  const type = attributes(backend, ["T"], {});
  const run = tf.customGrad((input, save) => {
    const value = backend.executeSingleOutput("Relu", type, [input as Tensor]);
    (save as (tensors: Tensor[]) => void)([value]);
    return {
      value,
      gradFunc: (dy, saved) => backend.executeSingleOutput("ReluGrad", type, [dy, saved[0]]),
    };
  });
  return run(x) as T;
}

/**
 * Convolution with PyTorch's symmetric padding. [b,h,w,c] with [k,k,c,d] -> [b,h',w',d], h' = floor((h + 2 padding - k) / stride) + 1
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 */
export function convolution(
  x: Tensor4D,
  filter: Tensor4D,
  stride: number,
  padding: number,
): Tensor4D {
  const backend = native();
  // "same" puts a stride of two's odd row of padding at the far end, PyTorch at the near one.
  const same = stride === 1 && 2 * padding + 1 === filter.shape[0];
  if (backend === undefined || same || padding === 0) {
    const sides: [number, number] = [padding, padding];
    const padded = same || padding === 0 ? x : tf.pad(x, [[0, 0], sides, sides, [0, 0]]);
    return tf.conv2d(padded, filter, stride, same ? "same" : "valid");
  }
  const settings = attributes(backend, ["T"], {
    strides: [1, stride, stride, 1],
    padding: "EXPLICIT",
    explicit_paddings: [0, 0, padding, padding, padding, padding, 0, 0],
    data_format: "NHWC",
    dilations: [1, 1, 1, 1],
    use_cudnn_on_gpu: true,
  });
  const run = tf.customGrad((input, weights, save) => {
    const [image, kernel] = [input, weights] as Tensor4D[];
    (save as (tensors: Tensor[]) => void)([image, kernel]);
    return {
      value: backend.executeSingleOutput("Conv2D", settings, [image, kernel]),
      gradFunc: (dy, saved) => {
        const [savedImage, savedKernel] = saved;
        const imageShape = tf.tensor1d(image.shape, "int32");
        const kernelShape = tf.tensor1d(kernel.shape, "int32");
        return [
          backend.executeSingleOutput("Conv2DBackpropInput", settings, [
            imageShape,
            savedKernel,
            dy,
          ]),
          backend.executeSingleOutput("Conv2DBackpropFilter", settings, [
            savedImage,
            kernelShape,
            dy,
          ]),
        ];
      },
    };
  });
  return run(x, filter) as Tensor4D;
}

/** A batch's normalised values, and what the running statistics become. */
export interface BatchNormResult {
  readonly y: Tensor4D;
  readonly runningMean: Tensor1D;
  readonly runningVariance: Tensor1D;
}

/** What batch norm normalises with. */
export interface BatchNormInputs {
  /** [c] */
  readonly scale: Tensor1D;
  /** [c] */
  readonly offset: Tensor1D;
  /** [c] */
  readonly runningMean: Tensor1D;
  /** [c] */
  readonly runningVariance: Tensor1D;
}

/** PyTorch's; TensorFlow's own default is 1e-3. */
const epsilon = 1e-5;
/** Share of the new batch in the running statistics, PyTorch's. */
const momentum = 0.1;

/**
 * Normalises each channel by the batch's mean and biased variance; the running variance takes the unbiased one. [b,h,w,c] -> [b,h,w,c]
 * @see Ioffe & Szegedy 2015, arXiv:1502.03167
 */
export function batchNormTraining(x: Tensor4D, inputs: BatchNormInputs): BatchNormResult {
  const backend = native();
  return backend === undefined ? plainBatchNorm(x, inputs) : nativeBatchNorm(backend, x, inputs);
}

function nativeBatchNorm(
  backend: NativeBackend,
  x: Tensor4D,
  { scale, offset, runningMean, runningVariance }: BatchNormInputs,
): BatchNormResult {
  const settings = { data_format: "NHWC", is_training: true };
  const forward = attributes(backend, ["T", "U"], settings, {
    epsilon,
    exponential_avg_factor: momentum,
  });
  const backward = attributes(backend, ["T", "U"], settings, { epsilon });
  let running: Tensor1D[] = [];
  const run = tf.customGrad((input, gamma, beta, save) => {
    const [image, gain, shift] = [input, gamma, beta] as Tensor[];
    const [y, mean, variance, ...reserved] = backend.executeMultipleOutputs(
      "FusedBatchNormV3",
      forward,
      [image, gain, shift, runningMean, runningVariance],
      6,
    );
    running = [tf.keep(mean) as Tensor1D, tf.keep(variance) as Tensor1D];
    (save as (tensors: Tensor[]) => void)([image, gain, ...reserved]);
    return {
      value: y,
      gradFunc: (dy, saved) =>
        backend
          .executeMultipleOutputs("FusedBatchNormGradV3", backward, [dy, ...saved], 5)
          .slice(0, 3),
    };
  });
  const y = run(x, scale, offset) as Tensor4D;
  return { y, runningMean: running[0], runningVariance: running[1] };
}

function plainBatchNorm(
  x: Tensor4D,
  { scale, offset, runningMean, runningVariance }: BatchNormInputs,
): BatchNormResult {
  const count = x.size / x.shape[3];
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const y = x.sub(mean).mul(variance.add(epsilon).rsqrt()).mul(scale).add<Tensor4D>(offset);
  const mix = (old: Tensor1D, now: Tensor): Tensor1D =>
    tf.keep(old.mul(1 - momentum).add<Tensor1D>(now.mul(momentum)));
  return {
    y,
    runningMean: mix(runningMean, mean),
    runningVariance: mix(runningVariance, variance.mul(count / Math.max(1, count - 1))),
  };
}

/** Normalises each channel by the running statistics. [b,h,w,c] -> [b,h,w,c] */
export function batchNormInference(x: Tensor4D, inputs: BatchNormInputs): Tensor4D {
  const { scale, offset, runningMean, runningVariance } = inputs;
  return tf.batchNorm4d(x, runningMean, runningVariance, offset, scale, epsilon);
}
