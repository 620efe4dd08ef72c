import { checkInteger, checkNumber, tf, type Pretrain, type Tensor2D } from "../core";
import { ntXent } from "../losses";
import { projector } from "../nets";
import { selfSupervised, type SelfSupervisedOptions } from "./selfSupervised";

/** Everything that SimCLR may be told; the defaults suit some thousand small images on a small machine. */
export interface SimclrOptions extends SelfSupervisedOptions {
  /** Softness of the contrast, above 0. @default 0.5 */
  readonly temperature?: number;
  /** Width of the projector's hidden layer. @default the encoder's */
  readonly hiddenDim?: number;
  /** Length of what the contrast is taken on. @default 128 */
  readonly outputDim?: number;
}

/**
 * SimCLR: pulls two views of one image together and pushes all others away. SGD with momentum 0.9 and a cosine schedule.
 * @throws InputError if there are fewer than two images, or an option is out of range
 * @see Chen et al. 2020, arXiv:2002.05709
 */
export function simclr(options: SimclrOptions = {}): Pretrain {
  const { temperature = 0.5, outputDim = 128 } = options;
  checkNumber("temperature", temperature, { min: 0, aboveMin: true });
  checkInteger("outputDim", outputDim, { min: 1 });
  return selfSupervised({
    task: "SimCLR",
    options,
    build: ({ network, rng }) => {
      const hiddenDim = options.hiddenDim ?? network.dim;
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
