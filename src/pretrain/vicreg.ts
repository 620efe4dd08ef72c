import { checkInteger, checkNumber, tf, type Pretrain, type Tensor2D } from "../core";
import { vicreg as vicregLoss } from "../losses";
import { projector } from "../nets";
import { selfSupervised, type SelfSupervisedOptions } from "./selfSupervised";

/** Everything that VICReg may be told. */
export interface VicregOptions extends SelfSupervisedOptions {
  /** Step size at a batch of 128 images; scaled with the batch. @default 0.01, since its loss has slopes of hundreds at first, and 0.06 diverges on photographs */
  readonly learningRate?: number;
  /** Weight of the distance between views, at least 0. @default 25 */
  readonly invariance?: number;
  /** Weight of a spread below 1, at least 0. @default 25 */
  readonly variance?: number;
  /** Weight of what different outputs share, at least 0. @default 1 */
  readonly covariance?: number;
  /** Length of projections and width of the expander's hidden layers. @default 512 */
  readonly outputDim?: number;
}

/**
 * VICReg: views close together, every output spread, outputs uncorrelated; no negatives. The expander has two layers of 512 and the optimiser is
 * SGD where the paper has three of 8192 and LARS, for small sets.
 * @throws InputError if there are fewer than two images, or an option is out of range
 * @see Bardes, Ponce & LeCun 2022, arXiv:2105.04906
 */
export function vicreg(options: VicregOptions = {}): Pretrain {
  const { invariance = 25, variance = 25, covariance = 1, outputDim = 512 } = options;
  const weights = { invariance, variance, covariance };
  for (const [name, value] of Object.entries(weights)) checkNumber(name, value, { min: 0 });
  checkInteger("outputDim", outputDim, { min: 1 });
  return selfSupervised({
    task: "VICReg",
    options,
    defaults: { learningRate: 0.01 },
    build: ({ network, rng }) => {
      const head = projector(
        {
          inputDim: network.dim,
          hiddenDim: outputDim,
          outputDim,
          finalNorm: false,
          finalBias: false,
        },
        rng.fork("expander"),
      );
      return {
        heads: { expander: head },
        loss: (both) => {
          const expanded = head.apply(network.apply(both, true), true);
          const [a, b] = tf.split(expanded, 2) as [Tensor2D, Tensor2D];
          return vicregLoss(a, b, weights);
        },
      };
    },
  });
}
