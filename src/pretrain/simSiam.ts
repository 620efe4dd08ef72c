import { define, option, tf, type OptionTable, type Pretrain, type Tensor2D } from "../core";
import { simSiam as simSiamLoss } from "../losses";
import { projector } from "../nets";
import { byPart, sgd } from "../train";
import {
  selfSupervised,
  selfSupervisedOptions,
  type SelfSupervisedOptions,
} from "./selfSupervised";

/** Options of SimSiam. */
export interface SimSiamOptions extends SelfSupervisedOptions {
  /** Step size at a batch of 128 images; scaled with the batch. @default 0.2, since small sets train for few steps */
  readonly learningRate?: number;
  /** Length of projections and width of the projector's hidden layer. @default 256, or the encoder's if that is more */
  readonly outputDim?: number;
  /** Width of the predictor's hidden layer, a bottleneck. @default a quarter of outputDim */
  readonly bottleneck?: number;
}

const definition = define("simSiam", 1, {
  ...selfSupervisedOptions({ learningRate: 0.2 }),
  outputDim: option.count({}),
  bottleneck: option.count({}),
} satisfies OptionTable<SimSiamOptions>);

/**
 * SimSiam: predicts the projection of one view from the other, through one network, with the gradient stopped on the predicted side. The
 * projector has two layers, the paper's for small images, and ends in a batch norm without weights; the predictor's rate does not fall.
 * @throws InputError if there are fewer than two images, or an option is out of range
 * @see Chen & He 2021, arXiv:2011.10566
 */
export function simSiam(given: SimSiamOptions = {}): Pretrain {
  const resolved = definition.resolve(given);
  const { options } = resolved;
  return selfSupervised({
    task: "SimSiam",
    ...resolved,
    build: ({ network, rng }) => {
      const outputDim = options.outputDim ?? Math.max(256, network.dim);
      const bottleneck = options.bottleneck ?? Math.max(1, Math.floor(outputDim / 4));
      const head = projector(
        { inputDim: network.dim, hiddenDim: outputDim, outputDim, finalNorm: "fixed" },
        rng.fork("projector"),
      );
      const predictor = projector(
        { inputDim: outputDim, hiddenDim: bottleneck, outputDim, finalNorm: false },
        rng.fork("predictor"),
      );
      return {
        heads: { projector: head, predictor },
        loss: (both) => {
          const projected = head.apply(network.apply(both, true), true);
          const [z1, z2] = tf.split(projected, 2) as [Tensor2D, Tensor2D];
          const [p1, p2] = tf.split(predictor.apply(projected, true), 2) as [Tensor2D, Tensor2D];
          return simSiamLoss(p1, z2).add(simSiamLoss(p2, z1)).div(2);
        },
        optimiser: (weightDecay, learningRate) => {
          const optimiser = sgd({ momentum: 0.9, weightDecay });
          return byPart({
            "": { optimiser },
            "predictor.": { optimiser, rate: () => learningRate },
          });
        },
      };
    },
  });
}
simSiam.definition = definition;
