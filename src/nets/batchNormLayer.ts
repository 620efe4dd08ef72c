import { tf, type Tensor1D, type Tensor4D, type Variable } from "../core";
import { addRelu, batchNormInference, batchNormTraining, type NormWay } from "./kernels";
import { makeVariable, type InnerLayer } from "./layer";

/** What a batch norm has beside its channels. */
export interface NormOptions {
  /** Whether negative results become 0. @default false */
  readonly relu?: boolean;
  /** Whether a scale and an offset are learned. @default true */
  readonly affine?: boolean;
  /** Whether only layers of this room read what it gives, unless they are asked otherwise. @default false */
  readonly inner?: boolean;
}

/** A batch norm, which may end a residual block. */
export interface NormLayer extends InnerLayer {
  /** With a block's shortcut added before ReLU. [b,h,w,channels] x2 -> [b,h,w,channels] */
  applyOnto(x: Tensor4D, side: Tensor4D, training: boolean, inner?: boolean): Tensor4D;
}

/**
 * Batch norm over channels with PyTorch's constants: epsilon 1e-5, running statistics that take a tenth of each batch;
 * with `relu`, negative results become 0; without `affine`, weight and bias stay 1 and 0. Variables "weight", "bias", "running_mean", "running_var", each [channels].
 * [b,h,w,channels] -> [b,h,w,channels]
 * @see Ioffe & Szegedy 2015, arXiv:1502.03167
 */
export function batchNormLayer(
  channels: number,
  { relu = false, affine = true, inner = false }: NormOptions = {},
): NormLayer {
  const constant = (value: number, trainable: boolean): Variable & Tensor1D =>
    makeVariable<Tensor1D>(new Float32Array(channels).fill(value), [channels], trainable);
  const scale = constant(1, affine);
  const offset = constant(0, affine);
  const runningMean = constant(0, false);
  const runningVariance = constant(1, false);
  const norm = { scale, offset, runningMean, runningVariance };
  const train = (x: Tensor4D, way: NormWay): Tensor4D => {
    const result = batchNormTraining(x, norm, way);
    runningMean.assign(result.runningMean);
    runningVariance.assign(result.runningVariance);
    tf.dispose([result.runningMean, result.runningVariance]);
    return result.y;
  };
  return {
    variables: new Map([
      ["weight", scale],
      ["bias", offset],
      ["running_mean", runningMean],
      ["running_var", runningVariance],
    ]),
    apply: (x, training, read = inner) =>
      training ? train(x, { relu, inner: read }) : batchNormInference(x, norm, relu),
    applyOnto: (x, side, training, read = inner) =>
      training
        ? train(x, { relu: true, side, inner: read })
        : addRelu(batchNormInference(x, norm, false), side),
  };
}
