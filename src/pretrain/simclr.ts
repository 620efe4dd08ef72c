import { define, option, tf, type OptionTable, type Pretrain, type Tensor2D } from "../core";
import { ntXent } from "../losses";
import { projector } from "../nets";
import {
  selfSupervised,
  selfSupervisedOptions,
  type SelfSupervisedOptions,
} from "./selfSupervised";

/** Options of SimCLR; the defaults suit some thousand small images on a small machine. */
export interface SimclrOptions extends SelfSupervisedOptions {
  /**
   * Step size at a batch of 128 images; scaled with the batch. @default 0.2, with which some hundred to thousand steps learn more than with the 0.06 that suits
   * weights of PyTorch's smaller start
   */
  readonly learningRate?: number;
  /** Softness of the contrast, above 0. @default 0.5 */
  readonly temperature?: number;
  /** Width of the projector's hidden layer. @default the encoder's */
  readonly hiddenDim?: number;
  /** Length of what the contrast is taken on. @default 128 */
  readonly outputDim?: number;
}

const definition = define("simclr", 3, {
  ...selfSupervisedOptions({ learningRate: 0.2 }),
  temperature: option.positive({ default: 0.5, search: { log: [0.1, 1] } }),
  hiddenDim: option.count({}),
  outputDim: option.count({ default: 128 }),
} satisfies OptionTable<SimclrOptions>);

/**
 * SimCLR: pulls two views of one image together and pushes all others away. SGD with momentum 0.9 and a cosine schedule.
 * @throws InputError if there are fewer than two images, or an option is out of range
 * @see Chen et al. 2020, arXiv:2002.05709
 */
export function simclr(given: SimclrOptions = {}): Pretrain {
  const resolved = definition.resolve(given);
  const { temperature, outputDim } = resolved.options;
  return selfSupervised({
    task: "SimCLR",
    ...resolved,
    build: ({ network, rng }) => {
      const hiddenDim = resolved.options.hiddenDim ?? network.dim;
      const head = projector(
        { inputDim: network.dim, hiddenDim, outputDim },
        rng.fork("projector"),
      );
      return {
        heads: { projector: head },
        loss: (both) => {
          const embedded = head.apply(network.apply(both, true), true);
          const [a, b] = tf.split(embedded, 2) as [Tensor2D, Tensor2D];
          return ntXent(a, b, { temperature });
        },
      };
    },
  });
}
simclr.definition = definition;
