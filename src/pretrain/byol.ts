import { define, option, tf, type OptionTable, type Pretrain, type Tensor2D } from "../core";
import { byol as byolLoss } from "../losses";
import { projector, type Head } from "../nets";
import { fromRecipe, paperOptimiser, recipeOptions, type RecipeOptions } from "./recipe";
import {
  selfSupervised,
  selfSupervisedOptions,
  type SelfSupervisedOptions,
} from "./selfSupervised";
import { spreadOut, type SpreadOptions } from "./spreadOut";
import { makeTeacher, teacherPace } from "./teacher";

/** Options of BYOL. */
export interface ByolOptions extends SelfSupervisedOptions, RecipeOptions, SpreadOptions {
  /** Step size at a batch of 128 images; scaled with the batch. @default 1, since small sets train for few steps */
  readonly learningRate?: number;
  /**
   * Share of its old weights that the teacher keeps in a step, in [0,1]. @default by the length of the training, so that the teacher
   * remembers a thirtieth of it: 0.9 for 300 steps, and at most the paper's 0.996
   */
  readonly momentum?: number;
  /** Whether that share rises to 1 until the end, as in the paper; in a short training the teacher then stays behind. @default false */
  readonly momentumRises?: boolean;
  /** Whether the projector ends in a batch norm, with which short trainings learn far more; the paper's does not. @default true */
  readonly finalNorm?: boolean;
  /** Width of the hidden layers of projector and predictor. @default 256, or the encoder's if that is more */
  readonly hiddenDim?: number;
  /** Length of what is predicted. @default 128 */
  readonly outputDim?: number;
}

const definition = define("byol", 5, {
  ...selfSupervisedOptions({ learningRate: 1 }),
  ...recipeOptions(),
  momentum: option.share({ search: { among: [0.9, 0.97, 0.99, 0.996] } }),
  momentumRises: option.flag({ default: false }),
  finalNorm: option.flag({ default: true }),
  decorrelated: option.flag({ default: true }),
  hiddenDim: option.count({}),
  outputDim: option.count({ default: 128 }),
} satisfies OptionTable<ByolOptions>);

/** The paper's for ImageNet, section 3.3, with the rate at a batch of 128. */
const paper: ByolOptions = {
  learningRate: 0.1,
  weightDecay: 1.5e-6,
  warmupEpochs: 10,
  batchSize: 4096,
  epochs: 1000,
  momentum: 0.996,
  momentumRises: true,
  finalNorm: false,
  decorrelated: false,
  hiddenDim: 4096,
  outputDim: 256,
};

/**
 * BYOL: predicts a slowly following teacher's projection of one view from the other view, with no negatives. Both directions are summed, as in the
 * paper; SGD in place of LARS, which is for batches of thousands.
 * @throws InputError if there are fewer than two images, or an option is out of range
 * @see Grill et al. 2020, arXiv:2006.07733
 */
export function byol(given: ByolOptions = {}): Pretrain {
  const resolved = definition.resolve(fromRecipe(given, paper));
  const { finalNorm, outputDim } = resolved.options;
  return selfSupervised({
    task: "BYOL",
    ...resolved,
    build: ({ network, rng, steps, batchSize }) => {
      const hiddenDim = resolved.options.hiddenDim ?? Math.max(256, network.dim);
      const makeHead = (): Head =>
        projector(
          { inputDim: network.dim, hiddenDim, outputDim, finalNorm },
          rng.fork("projector"),
        );
      const head = makeHead();
      const predictor = projector(
        { inputDim: outputDim, hiddenDim, outputDim, finalNorm: false },
        rng.fork("predictor"),
      );
      const teacher = makeTeacher(
        { network, head },
        makeHead(),
        teacherPace(resolved.options, steps),
      );
      const spread = spreadOut(resolved.options, batchSize);
      return {
        heads: { projector: head, predictor },
        memory: teacher.variables,
        aim: (both) => ({ both, targets: spread(teacher.apply(both)) }),
        loss: ({ both, targets }) => {
          const projected = spread(head.apply(network.apply(both, true), true));
          const [p1, p2] = tf.split(predictor.apply(projected, true), 2) as [Tensor2D, Tensor2D];
          const [z1, z2] = tf.split(targets, 2) as [Tensor2D, Tensor2D];
          return byolLoss(p1, z2).add(byolLoss(p2, z1));
        },
        afterStep: teacher.follow,
        average: teacher.network,
        optimiser: paperOptimiser(resolved.options),
        dispose: teacher.dispose,
      };
    },
  });
}
byol.definition = definition;
