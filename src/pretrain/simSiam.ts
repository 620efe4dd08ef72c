import { define, option, tf, type OptionTable, type Pretrain, type Tensor2D } from "../core";
import { simSiam as simSiamLoss } from "../losses";
import { projector } from "../nets";
import { byPart, sgd } from "../train";
import { fromRecipe, recipeOptions, type RecipeOptions } from "./recipe";
import {
  selfSupervised,
  selfSupervisedOptions,
  type SelfSupervisedOptions,
} from "./selfSupervised";
import { spreadOut, type SpreadOptions } from "./spreadOut";

/** Options of SimSiam. */
export interface SimSiamOptions extends SelfSupervisedOptions, RecipeOptions, SpreadOptions {
  /** Step size at a batch of 128 images; scaled with the batch. @default 1, since small sets train for few steps */
  readonly learningRate?: number;
  /** Length of projections and width of the projector's hidden layer. @default 256, or the encoder's if that is more */
  readonly outputDim?: number;
  /** Width of the predictor's hidden layer, a bottleneck. @default a quarter of outputDim */
  readonly bottleneck?: number;
  /** Linear layers of the projector. @default 2, the paper's for small images */
  readonly layers?: number;
}

const definition = define("simSiam", 3, {
  ...selfSupervisedOptions({ learningRate: 1 }),
  ...recipeOptions(),
  outputDim: option.count({}),
  bottleneck: option.count({}),
  layers: option.count({ default: 2 }),
  decorrelated: option.flag({ default: true }),
} satisfies OptionTable<SimSiamOptions>);

/** The paper's for ImageNet, section 3, with the rate at a batch of 128. */
const paper: SimSiamOptions = {
  learningRate: 0.025,
  weightDecay: 1e-4,
  batchSize: 512,
  epochs: 100,
  outputDim: 2048,
  bottleneck: 512,
  layers: 3,
  decorrelated: false,
};

/**
 * SimSiam: predicts the projection of one view from the other, through one network, with the gradient stopped on the predicted side. The
 * projector ends in a batch norm without weights; the predictor's rate does not fall.
 * @throws InputError if there are fewer than two images, or an option is out of range
 * @see Chen & He 2021, arXiv:2011.10566
 */
export function simSiam(given: SimSiamOptions = {}): Pretrain {
  const resolved = definition.resolve(fromRecipe(given, paper));
  const { options } = resolved;
  return selfSupervised({
    task: "SimSiam",
    ...resolved,
    build: ({ network, rng, batchSize }) => {
      const outputDim = options.outputDim ?? Math.max(256, network.dim);
      const bottleneck = options.bottleneck ?? Math.max(1, Math.floor(outputDim / 4));
      const head = projector(
        {
          inputDim: network.dim,
          hiddenDim: outputDim,
          outputDim,
          layers: options.layers,
          finalNorm: "fixed",
        },
        rng.fork("projector"),
      );
      const predictor = projector(
        { inputDim: outputDim, hiddenDim: bottleneck, outputDim, finalNorm: false },
        rng.fork("predictor"),
      );
      const spread = spreadOut(options, batchSize);
      return {
        heads: { projector: head, predictor },
        loss: (both) => {
          const projected = spread(head.apply(network.apply(both, true), true));
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
