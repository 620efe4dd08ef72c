import { define, option, tf, type OptionTable, type Pretrain, type Tensor2D } from "../core";
import { barlowTwins as barlowTwinsLoss } from "../losses";
import { projector } from "../nets";
import {
  selfSupervised,
  selfSupervisedOptions,
  type SelfSupervisedOptions,
} from "./selfSupervised";

/** Options of Barlow Twins. */
export interface BarlowTwinsOptions extends SelfSupervisedOptions {
  /** Weight of what two different outputs share, at least 0. @default 0.0051 */
  readonly lambda?: number;
  /** Length of projections and width of the projector's hidden layers; long ones gain. @default 512 */
  readonly outputDim?: number;
}

const definition = define("barlowTwins", 1, {
  ...selfSupervisedOptions(),
  lambda: option.weight({ default: 0.0051 }),
  outputDim: option.count({ default: 512 }),
} satisfies OptionTable<BarlowTwinsOptions>);

/**
 * Barlow Twins: makes the outputs agree between views and differ from each other, with no negatives. The projector has two layers of 512 and the
 * optimiser is SGD where the paper has three of 8192 and LARS, for small sets.
 * @throws InputError if there are fewer than two images, or an option is out of range
 * @see Zbontar et al. 2021, arXiv:2103.03230
 */
export function barlowTwins(given: BarlowTwinsOptions = {}): Pretrain {
  const resolved = definition.resolve(given);
  const { lambda, outputDim } = resolved.options;
  return selfSupervised({
    task: "Barlow Twins",
    ...resolved,
    build: ({ network, rng }) => {
      const head = projector(
        {
          inputDim: network.dim,
          hiddenDim: outputDim,
          outputDim,
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
      };
    },
  });
}
barlowTwins.definition = definition;
