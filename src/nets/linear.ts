import { checkInteger, tf, type Rng, type Tensor2D, type Variable } from "../core";
import type { Head } from "./head";
import { disposeVariables, makeVariable } from "./layer";

/** The size of a linear layer. */
export interface LinearOptions {
  /** At least 1. */
  readonly inputDim: number;
  /** At least 1. */
  readonly outputDim: number;
  /** Whether a constant is added to each output. @default true */
  readonly bias?: boolean;
}

/**
 * A linear layer. Variables "weight" [inputDim,outputDim] and "bias" [outputDim] are uniform within 1/sqrt(inputDim), PyTorch's default.
 * [b,inputDim] -> [b,outputDim]
 * @throws InputError if a size is not a whole number of at least 1
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Linear.html
 */
export function linear({ inputDim, outputDim, bias = true }: LinearOptions, rng: Rng): Head {
  checkInteger("inputDim", inputDim, { min: 1 });
  checkInteger("outputDim", outputDim, { min: 1 });
  const bound = 1 / Math.sqrt(inputDim);
  const draw = (length: number): Float32Array =>
    Float32Array.from({ length }, () => rng.between(-bound, bound));
  const weight = makeVariable<Tensor2D>(draw(inputDim * outputDim), [inputDim, outputDim]);
  const variables = new Map<string, Variable>([["weight", weight]]);
  const offset = bias ? makeVariable(draw(outputDim), [outputDim]) : undefined;
  if (offset !== undefined) variables.set("bias", offset);
  return {
    variables,
    apply: (x) => {
      const product = tf.matMul<Tensor2D>(x, weight);
      return offset === undefined ? product : product.add<Tensor2D>(offset);
    },
    dispose: () => disposeVariables(variables),
  };
}
