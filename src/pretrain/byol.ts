import { define, option, tf, type OptionTable, type Pretrain, type Tensor2D } from "../core";
import { byol as byolLoss } from "../losses";
import { projector, type Head } from "../nets";
import {
  selfSupervised,
  selfSupervisedOptions,
  type SelfSupervisedOptions,
} from "./selfSupervised";
import { makeTeacher } from "./teacher";

/** Options of BYOL. */
export interface ByolOptions extends SelfSupervisedOptions {
  /** Step size at a batch of 128 images; scaled with the batch. @default 0.2, since small sets train for few steps */
  readonly learningRate?: number;
  /** Share of its old weights that the teacher keeps in a step, at the start; rises to 1. In [0,1]. @default 0.99, since small sets train for few steps; the paper's 0.996 */
  readonly momentum?: number;
  /** Width of the hidden layers of projector and predictor. @default 256, or the encoder's if that is more */
  readonly hiddenDim?: number;
  /** Length of what is predicted. @default 128 */
  readonly outputDim?: number;
}

const definition = define("byol", 1, {
  ...selfSupervisedOptions({ learningRate: 0.2 }),
  momentum: option.share({ default: 0.99 }),
  hiddenDim: option.count({}),
  outputDim: option.count({ default: 128 }),
} satisfies OptionTable<ByolOptions>);

/**
 * BYOL: predicts a slowly following teacher's projection of one view from the other view, with no negatives. Both directions are summed, as in the
 * paper; SGD in place of LARS, which is for batches of thousands.
 * @throws InputError if there are fewer than two images, or an option is out of range
 * @see Grill et al. 2020, arXiv:2006.07733
 */
export function byol(given: ByolOptions = {}): Pretrain {
  const resolved = definition.resolve(given);
  const { momentum, outputDim } = resolved.options;
  return selfSupervised({
    task: "BYOL",
    ...resolved,
    build: ({ network, rng, steps }) => {
      const hiddenDim = resolved.options.hiddenDim ?? Math.max(256, network.dim);
      const makeHead = (): Head =>
        projector(
          { inputDim: network.dim, hiddenDim, outputDim, finalNorm: false },
          rng.fork("projector"),
        );
      const head = makeHead();
      const predictor = projector(
        { inputDim: outputDim, hiddenDim, outputDim, finalNorm: false },
        rng.fork("predictor"),
      );
      const teacher = makeTeacher({ network, head }, makeHead(), { momentum, rises: steps });
      return {
        heads: { projector: head, predictor },
        memory: teacher.variables,
        prepare: (both) => ({ both, targets: teacher.apply(both) }),
        loss: ({ both, targets }) => {
          const projected = head.apply(network.apply(both, true), true);
          const [p1, p2] = tf.split(predictor.apply(projected, true), 2) as [Tensor2D, Tensor2D];
          const [z1, z2] = tf.split(targets, 2) as [Tensor2D, Tensor2D];
          return byolLoss(p1, z2).add(byolLoss(p2, z1));
        },
        afterStep: teacher.follow,
        dispose: teacher.dispose,
      };
    },
  });
}
byol.definition = definition;
