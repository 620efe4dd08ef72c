import { tf, type Tensor1D, type Tensor4D, type Variable } from "../core";
import { batchNormInference, batchNormTraining } from "./kernels";
import { makeVariable, type Layer } from "./layer";

/**
 * Batch norm over channels with PyTorch's constants: epsilon 1e-5, running statistics that take a tenth of each batch.
 * Variables "weight", "bias", "running_mean", "running_var", each [channels]. [b,h,w,channels] -> [b,h,w,channels]
 * @see Ioffe & Szegedy 2015, arXiv:1502.03167
 */
export function batchNormLayer(channels: number): Layer<Tensor4D> {
  const constant = (value: number, trainable: boolean): Variable & Tensor1D =>
    makeVariable<Tensor1D>(new Float32Array(channels).fill(value), [channels], trainable);
  const weight = constant(1, true);
  const bias = constant(0, true);
  const mean = constant(0, false);
  const variance = constant(1, false);
  const inputs = { scale: weight, offset: bias, runningMean: mean, runningVariance: variance };
  return {
    variables: new Map([
      ["weight", weight],
      ["bias", bias],
      ["running_mean", mean],
      ["running_var", variance],
    ]),
    apply: (x, training) => {
      if (!training) return batchNormInference(x, inputs);
      const { y, runningMean, runningVariance } = batchNormTraining(x, inputs);
      mean.assign(runningMean);
      variance.assign(runningVariance);
      tf.dispose([runningMean, runningVariance]);
      return y;
    },
  };
}
