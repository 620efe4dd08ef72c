import { define, option, tf, type OptionTable, type Pretrain, type Tensor2D } from "../core";
import { vicreg as vicregLoss } from "../losses";
import { projector } from "../nets";
import { fromRecipe, paperOptimiser, recipeOptions, type RecipeOptions } from "./recipe";
import {
  selfSupervised,
  selfSupervisedOptions,
  type SelfSupervisedOptions,
} from "./selfSupervised";

/** Options of VICReg. */
export interface VicregOptions extends SelfSupervisedOptions, RecipeOptions {
  /** Step size at a batch of 128 images; scaled with the batch. @default 0.02, since its loss has slopes of hundreds at first, and 0.06 diverges on photographs */
  readonly learningRate?: number;
  /** Weight of the distance between views, at least 0. @default 25 */
  readonly invariance?: number;
  /** Weight of a spread below 1, at least 0. @default 25 */
  readonly variance?: number;
  /** Weight of what different outputs share, at least 0. @default 1 */
  readonly covariance?: number;
  /** Length of projections and width of the expander's hidden layers. @default 512 */
  readonly outputDim?: number;
  /** Linear layers of the expander. @default 2 */
  readonly layers?: number;
}

const definition = define("vicreg", 3, {
  ...selfSupervisedOptions({ learningRate: 0.02 }),
  ...recipeOptions(),
  invariance: option.weight({ default: 25 }),
  variance: option.weight({ default: 25 }),
  covariance: option.weight({ default: 1, search: { log: [0.3, 10] } }),
  outputDim: option.count({ default: 512 }),
  layers: option.count({ default: 2 }),
} satisfies OptionTable<VicregOptions>);

/** The authors' code for ImageNet, with the rate at a batch of 128. */
const paper: VicregOptions = {
  learningRate: 0.1,
  weightDecay: 1e-6,
  warmupEpochs: 10,
  batchSize: 2048,
  epochs: 1000,
  outputDim: 8192,
  layers: 3,
};

/**
 * VICReg: views close together, every output spread, outputs uncorrelated; no negatives. The expander has two layers of 512 and the optimiser is
 * SGD where the paper has three of 8192 and LARS, for small sets.
 * @throws InputError if there are fewer than two images, or an option is out of range
 * @see Bardes, Ponce & LeCun 2022, arXiv:2105.04906
 */
export function vicreg(given: VicregOptions = {}): Pretrain {
  const resolved = definition.resolve(fromRecipe(given, paper));
  const { invariance, variance, covariance, outputDim, layers } = resolved.options;
  const weights = { invariance, variance, covariance };
  return selfSupervised({
    task: "VICReg",
    ...resolved,
    build: ({ network, rng }) => {
      const head = projector(
        {
          inputDim: network.dim,
          hiddenDim: outputDim,
          outputDim,
          layers,
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
        optimiser: paperOptimiser(resolved.options),
      };
    },
  });
}
vicreg.definition = definition;
