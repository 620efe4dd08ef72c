import { define, option, tf, type OptionTable, type Pretrain, type Tensor2D } from "../core";
import { barlowTwins as barlowTwinsLoss } from "../losses";
import { projector } from "../nets";
import { fromRecipe, paperOptimiser, recipeOptions, type RecipeOptions } from "./recipe";
import {
  selfSupervised,
  selfSupervisedOptions,
  type SelfSupervisedOptions,
} from "./selfSupervised";

/** Options of Barlow Twins. */
export interface BarlowTwinsOptions extends SelfSupervisedOptions, RecipeOptions {
  /** Step size at a batch of 128 images; scaled with the batch. The loss sums over all outputs, so it is small. @default 0.002 */
  readonly learningRate?: number;
  /** Weight of what two different outputs share, at least 0. @default 0.0051 */
  readonly lambda?: number;
  /** Length of projections and width of the projector's hidden layers; long ones gain. @default 512 */
  readonly outputDim?: number;
  /** Linear layers of the projector. @default 2 */
  readonly layers?: number;
}

const definition = define("barlowTwins", 3, {
  ...selfSupervisedOptions({ learningRate: 0.002 }),
  ...recipeOptions(),
  lambda: option.weight({ default: 0.0051, search: { log: [1e-3, 0.03] } }),
  outputDim: option.count({ default: 512 }),
  layers: option.count({ default: 2 }),
} satisfies OptionTable<BarlowTwinsOptions>);

/** The authors' code for ImageNet, with rates at a batch of 128; there, biases and norms have smaller rates. */
const paper: BarlowTwinsOptions = {
  learningRate: 0.1,
  weightDecay: 1e-6,
  warmupEpochs: 10,
  batchSize: 2048,
  epochs: 1000,
  outputDim: 8192,
  layers: 3,
};

/**
 * Barlow Twins: makes the outputs agree between views and differ from each other, with no negatives. The projector has two layers of 512 and the
 * optimiser is SGD where the paper has three of 8192 and LARS, for small sets.
 * @throws InputError if there are fewer than two images, or an option is out of range
 * @see Zbontar et al. 2021, arXiv:2103.03230
 */
export function barlowTwins(given: BarlowTwinsOptions = {}): Pretrain {
  const resolved = definition.resolve(fromRecipe(given, paper));
  const { lambda, outputDim, layers } = resolved.options;
  return selfSupervised({
    task: "Barlow Twins",
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
        rng.fork("projector"),
      );
      return {
        heads: { projector: head },
        loss: (both) => {
          const projected = head.apply(network.apply(both, true), true);
          const [a, b] = tf.split(projected, 2) as [Tensor2D, Tensor2D];
          return barlowTwinsLoss(a, b, { lambda });
        },
        optimiser: paperOptimiser(resolved.options),
      };
    },
  });
}
barlowTwins.definition = definition;
