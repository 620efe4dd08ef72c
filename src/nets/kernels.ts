import {
  computesMixed,
  defined,
  hasOwnKernels,
  tf,
  type NamedTensorMap,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
} from "../core";
import { slid } from "./layer";
import { isBrain } from "./nativeCalls";
import { native } from "./nativeKernels";
import { ownWayOf, takesNorm } from "./fusedKernels";

/** PyTorch's; TensorFlow's own default is 1e-3. */
const epsilon = 1e-5;
/** Share of the new batch in the running statistics, PyTorch's. */
export const momentum = 0.1;

/** How a convolution goes over a map, and who reads what it makes. */
export interface ConvolutionWay {
  readonly stride: number;
  readonly padding: number;
  readonly training: boolean;
  /** Whether batch norm alone reads the result: with mixed precision it then has 16-bit brain floats, which tfjs cannot read. @default false */
  readonly inner?: boolean;
}

/**
 * Convolution with PyTorch's symmetric padding. In training, the gradient with respect to x frees what later layers gave.
 * [b,h,w,c] with [k,k,c,d] -> [b,h',w',d], h' = floor((h + 2 padding - k) / stride) + 1
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 */
export function convolution(
  x: Tensor4D,
  filter: Tensor4D,
  { stride, padding, training, inner = false }: ConvolutionWay,
): Tensor4D {
  // Without a gradient tfjs's own needs no padding of ours, but has neither brain floats nor our kernels.
  const window = { kernel: filter.shape[0], stride, padding };
  const own = ownWayOf(filter, slid(x.shape, window), window);
  const run = training || computesMixed() || own !== undefined ? native() : undefined;
  if (run !== undefined) {
    return run("Convolution", { x, filter }, { stride, padding, inner })[0] as Tensor4D;
  }
  const same = stride === 1 && 2 * padding + 1 === window.kernel;
  const sides: [number, number] = [padding, padding];
  const padded = same || padding === 0 ? x : tf.pad(x, [[0, 0], sides, sides, [0, 0]]);
  return tf.conv2d(padded, filter, stride, same ? "same" : "valid");
}

/**
 * A convolution as `convolution` has it beside its map for another reader: the beginning of a residual block. In training the gradients of both readers are one sum.
 * [b,h,w,c] with [k,k,c,d] -> [b,h',w',d], [b,h,w,c]
 */
export function convolutionBeside(
  x: Tensor4D,
  filter: Tensor4D,
  way: ConvolutionWay,
): readonly [Tensor4D, Tensor4D] {
  if (way.training && hasOwnKernels() && !isBrain(x)) {
    const { stride, padding, inner = false } = way;
    return native()?.("ConvolutionBeside", { x, filter }, { stride, padding, inner }) as [Tensor4D, Tensor4D]; // prettier-ignore
  }
  const [main, short] = forked(x);
  return [convolution(main, filter, way), short];
}

/** What batch norm multiplies, adds and remembers; each [c]. */
export interface NormVariables {
  readonly scale: Tensor1D;
  readonly offset: Tensor1D;
  readonly runningMean: Tensor1D;
  readonly runningVariance: Tensor1D;
}

/** A batch's normalised values, and what the running statistics become. */
export interface NormResult {
  readonly y: Tensor4D;
  readonly runningMean: Tensor1D;
  readonly runningVariance: Tensor1D;
}

/** What follows a batch norm. */
export interface NormWay {
  /** Whether negative results become 0. */
  readonly relu: boolean;
  /** What is added before that, of the shape of `x`: a residual block's shortcut. Only with `relu`. */
  readonly side?: Tensor4D;
  /** Whether only kernels here read the result: with mixed precision it then has 16-bit brain floats where `x` has them. @default false */
  readonly inner?: boolean;
}

/**
 * Normalises each channel by the batch's mean and biased variance; the running variance takes the unbiased one. [b,h,w,c] -> [b,h,w,c]
 * @see Ioffe & Szegedy 2015, arXiv:1502.03167
 */
export function batchNormTraining(
  x: Tensor4D,
  norm: NormVariables,
  { relu, side, inner = false }: NormWay,
): NormResult {
  const run = native();
  const fused = hasOwnKernels() && takesNorm(x);
  if (side !== undefined && !fused) {
    const { y, ...statistics } = batchNormTraining(x, norm, { relu: false });
    return { y: addRelu(y, side), ...statistics };
  }
  if (run === undefined) return plainBatchNorm(x, norm, relu);
  const { scale, offset, runningMean: mean, runningVariance: variance } = norm;
  const inputs: NamedTensorMap = { x, scale, offset, mean, variance, ...defined({ side }) };
  const settings = { epsilon, momentum, inner };
  const outputs = fused
    ? run(side === undefined ? "FusedNorm" : "FusedNormOnto", inputs, { ...settings, relu, brainSide: side !== undefined && isBrain(side) }) // prettier-ignore
    : run(relu ? "BatchNormRelu" : "BatchNorm", inputs, settings);
  return {
    y: outputs[0] as Tensor4D,
    runningMean: outputs[1] as Tensor1D,
    runningVariance: outputs[2] as Tensor1D,
  };
}

function plainBatchNorm(
  x: Tensor4D,
  { scale, offset, runningMean, runningVariance }: NormVariables,
  relu: boolean,
): NormResult {
  const count = x.size / x.shape[3];
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const normed = x.sub(mean).mul(variance.add(epsilon).rsqrt()).mul(scale).add<Tensor4D>(offset);
  const mix = (old: Tensor1D, now: Tensor): Tensor1D =>
    old.mul(1 - momentum).add<Tensor1D>(now.mul(momentum));
  return {
    y: relu ? tf.relu(normed) : normed,
    runningMean: mix(runningMean, mean),
    runningVariance: mix(runningVariance, variance.mul(count / Math.max(1, count - 1))),
  };
}

/** Normalises each channel by the running statistics. [b,h,w,c] -> [b,h,w,c] */
export function batchNormInference(x: Tensor4D, norm: NormVariables, relu: boolean): Tensor4D {
  const { scale, offset, runningMean, runningVariance } = norm;
  const run = native();
  if (run !== undefined) {
    const inputs = { x, scale, offset, mean: runningMean, variance: runningVariance };
    return run(relu ? "FixedNormRelu" : "FixedNorm", inputs, { epsilon })[0] as Tensor4D;
  }
  const y = tf.batchNorm4d(x, runningMean, runningVariance, offset, scale, epsilon);
  return relu ? tf.relu(y) : y;
}

/** Sum with negative values set to 0: the end of a residual block. Any equal shapes; `b` may have brain floats. */
export function addRelu<T extends Tensor>(a: T, b: T): T {
  const run = native();
  if (run === undefined) return tf.relu(tf.add<T>(a, b));
  return run("AddRelu", { a, b }, { brainSide: isBrain(b) })[0] as T;
}

/** A map for two readers: the beginning of a residual block. */
export function forked<T extends Tensor>(x: T): readonly [T, T] {
  return isBrain(x) ? (native()?.("Fork", { x }) as [T, T]) : [x, x];
}

/** Every so many cells in both directions, from the first on. [b,h,w,c] -> [b,ceil(h/stride),ceil(w/stride),c] */
export function everyNth(x: Tensor4D, stride: number): Tensor4D {
  if (!hasOwnKernels()) return tf.avgPool(x, 1, stride, "valid");
  return native()?.("EveryNth", { x }, { stride, shape: x.shape })[0] as Tensor4D;
}

/** Mean of each channel over the whole map. [b,h,w,c] -> [b,c] */
export function globalAverage(x: Tensor4D): Tensor2D {
  const [b, h, w, c] = x.shape;
  if (hasOwnKernels() && x.size > 0) return native()?.("Average", { x }, { shape: x.shape })[0] as Tensor2D; // prettier-ignore
  // As a pooling, because the gradient of tf.mean first fills a map with ones in JavaScript.
  return tf.avgPool(x, [h, w], 1, "valid").reshape([b, c]);
}
