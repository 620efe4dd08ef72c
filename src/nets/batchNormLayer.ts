import { tf, type Tensor1D, type Tensor4D, type Variable } from "../core";
import { batchNormInference, batchNormTraining } from "./kernels";
import { makeVariable, type Layer } from "./layer";

/** What a batch norm has beside its channels. */
export interface NormOptions {
  /** Whether negative results become 0. @default false */
  readonly relu?: boolean;
  /** Whether a scale and an offset are learned. @default true */
  readonly affine?: boolean;
  /** Whether a convolution alone reads what it gives. @default false */
  readonly inner?: boolean;
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
): Layer<Tensor4D> {
  const constant = (value: number, trainable: boolean): Variable & Tensor1D =>
    makeVariable<Tensor1D>(new Float32Array(channels).fill(value), [channels], trainable);
  const scale = constant(1, affine);
  const offset = constant(0, affine);
  const runningMean = constant(0, false);
  const runningVariance = constant(1, false);
  const norm = { scale, offset, runningMean, runningVariance };
  return {
    variables: new Map([
      ["weight", scale],
      ["bias", offset],
      ["running_mean", runningMean],
      ["running_var", runningVariance],
    ]),
    apply: (x, training) => {
      if (!training) return batchNormInference(x, norm, relu);
      const result = batchNormTraining(x, norm, { relu, inner });
      runningMean.assign(result.runningMean);
      runningVariance.assign(result.runningVariance);
      tf.dispose([result.runningMean, result.runningVariance]);
      return result.y;
    },
  };
}
