import {
  defined,
  checkInteger,
  joinVariables,
  tf,
  type Rng,
  type Tensor2D,
  type Tensor4D,
} from "../core";
import { batchNormLayer } from "./batchNormLayer";
import type { Head } from "./head";
import { disposeVariables, type Layer } from "./layer";
import { linear } from "./linear";

/** The size of a projector. */
export interface ProjectorOptions {
  /** At least 1. */
  readonly inputDim: number;
  /** Width of the layers between, at least 1. */
  readonly hiddenDim: number;
  /** At least 1. */
  readonly outputDim: number;
  /** Linear layers, at least 1. @default 2 */
  readonly layers?: number;
  /** Whether there is batch norm between the layers; MoCo's has none. @default true */
  readonly norm?: boolean;
  /** Whether the output is batch-normed too, as SimCLR's; "fixed": without weights of its own, as SimSiam's. @default true */
  readonly finalNorm?: boolean | "fixed";
  /** Whether the last linear layer adds a constant, where no norm follows. @default true */
  readonly finalBias?: boolean;
}

/**
 * Linear layers with batch norm and ReLU between them: what stands between an encoder and a self-supervised loss. A linear layer before a batch
 * norm has no bias. Variables "0.linear.*", "0.bn.*", "1.linear.*" and so on. [b,inputDim] -> [b,outputDim]
 * @throws InputError if a size is not a whole number of at least 1
 * @see Chen et al. 2020, arXiv:2002.05709, section 4.2
 */
export function projector(options: ProjectorOptions, rng: Rng): Head {
  const { inputDim, hiddenDim, outputDim, layers = 2 } = options;
  const { norm: between = true, finalNorm = true, finalBias = true } = options;
  checkInteger("layers", layers, { min: 1 });
  checkInteger("hiddenDim", hiddenDim, { min: 1 });
  const parts = Array.from({ length: layers }, (_, i) => {
    const last = i === layers - 1;
    const outputs = last ? outputDim : hiddenDim;
    const normed = last ? finalNorm !== false : between;
    const affine = !last || finalNorm !== "fixed";
    const norm = normed ? vectorNorm(outputs, { relu: !last, affine }) : undefined;
    const sizes = { inputDim: i === 0 ? inputDim : hiddenDim, outputDim: outputs };
    const bias = !normed && (!last || finalBias);
    const layer = linear({ ...sizes, bias }, rng.fork(`layer ${i}`));
    return { layer, norm, relu: !last && !normed };
  });
  const named = parts.map(
    ({ layer, norm }, i) =>
      [
        String(i),
        {
          variables: joinVariables({
            linear: layer,
            ...defined({ bn: norm }),
          }),
        },
      ] as const,
  );
  const variables = joinVariables(Object.fromEntries(named));
  return {
    variables,
    apply: (input, training) =>
      parts.reduce((x, { layer, norm, relu }) => {
        const y = layer.apply(x, training);
        return relu ? tf.relu(y) : (norm?.apply(y, training) ?? y);
      }, input),
    dispose: () => disposeVariables(variables),
  };
}

/** Batch norm of vectors, with ReLU after it or not. [b,d] -> [b,d] */
function vectorNorm(dim: number, options: { relu: boolean; affine: boolean }): Layer<Tensor2D> {
  const norm = batchNormLayer(dim, options);
  return {
    variables: norm.variables,
    apply: (x, training) => {
      const image: Tensor4D = x.reshape([x.shape[0], 1, 1, dim]);
      return norm.apply(image, training).reshape([x.shape[0], dim]);
    },
  };
}
