import {
  define,
  normaliseRows,
  option,
  tf,
  type OptionTable,
  type Pretrain,
  type Rng,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  type Variable,
} from "../core";
import { infoNce } from "../losses";
import { projector } from "../nets";
import { averageMomentum } from "../train";
import { fromRecipe, recipeOptions, type RecipeOptions } from "./recipe";
import {
  selfSupervised,
  selfSupervisedOptions,
  type SelfSupervisedOptions,
} from "./selfSupervised";
import { makeTeacher, teacherMemory } from "./teacher";

/** Options of MoCo v2. */
export interface MocoOptions extends SelfSupervisedOptions, RecipeOptions {
  /** Step size at a batch of 128 images; scaled with the batch. @default 0.4, since small sets train for few steps */
  readonly learningRate?: number;
  /** Softness of the contrast, above 0. @default 0.5, with which short trainings learn more than with 0.2, the paper's */
  readonly temperature?: number;
  /**
   * Share of its old weights that the key encoder keeps in a step, in [0,1]. @default by the length of the training, so that it remembers a thirtieth of it: 0.9 for
   * 300 steps, and at most 0.99, the authors' for small images
   */
  readonly momentum?: number;
  /**
   * Keys that a query is told apart from, at least 1. A queue longer than the set holds other views of the query's own image.
   * @default 4096, or half as many as there are images if that is less
   */
  readonly queueSize?: number;
  /** Groups that the keys of a step are shuffled into, each normalised by its own statistics. @default 4 */
  readonly groups?: number;
  /** Whether there is batch norm in the head, with which short trainings learn more, as SimCLR's; MoCo's has none. @default true */
  readonly headNorm?: boolean;
  /** Whether both views are queries in turn, which costs a third more and gains on small sets; the paper's are not. @default true */
  readonly symmetric?: boolean;
  /** Width of the head's hidden layer. @default 256, or the encoder's if that is more */
  readonly hiddenDim?: number;
  /** Length of what the contrast is taken on. @default 128 */
  readonly outputDim?: number;
}

const definition = define("moco", 5, {
  ...selfSupervisedOptions({ learningRate: 0.4 }),
  ...recipeOptions(),
  temperature: option.positive({ default: 0.5, search: { log: [0.07, 0.7] } }),
  momentum: option.share({ search: { among: [0.9, 0.97, 0.99, 0.996] } }),
  queueSize: option.count({}),
  groups: option.count({ default: 4 }),
  headNorm: option.flag({ default: true }),
  symmetric: option.flag({ default: true }),
  hiddenDim: option.count({}),
  outputDim: option.count({ default: 128 }),
} satisfies OptionTable<MocoOptions>);

/** The authors' code for ImageNet, with the rate at a batch of 128; its 800 epochs. */
const paper: MocoOptions = {
  learningRate: 0.015,
  temperature: 0.2,
  weightDecay: 1e-4,
  batchSize: 256,
  epochs: 800,
  momentum: 0.999,
  headNorm: false,
  hiddenDim: 2048,
  queueSize: 65536,
  groups: 8,
  symmetric: false,
};

/**
 * MoCo v2: queries find their key, made by a slowly following encoder, among a queue of earlier keys. The keys' batch norm sees shuffled parts of
 * the batch, so that statistics do not betray which key belongs to a query; the authors split the queries' too.
 * @throws InputError if there are fewer than two images, or an option is out of range
 * @see He et al. 2020, arXiv:1911.05722; Chen et al. 2020, arXiv:2003.04297
 */
export function moco(given: MocoOptions = {}): Pretrain {
  const resolved = definition.resolve(fromRecipe(given, paper));
  const { options } = resolved;
  const { temperature, groups, headNorm: norm, symmetric, outputDim } = options;
  return selfSupervised({
    task: "MoCo",
    ...resolved,
    build: ({ network, images, rng, steps }) => {
      const hiddenDim = options.hiddenDim ?? Math.max(256, network.dim);
      const sizes = { inputDim: network.dim, hiddenDim, outputDim, norm, finalNorm: norm };
      const makeHead = (): ReturnType<typeof projector> => projector(sizes, rng.fork("projector"));
      const head = makeHead();
      const momentum =
        options.momentum ?? averageMomentum(steps, { share: teacherMemory, most: 0.99 });
      const teacher = makeTeacher({ network, head }, makeHead(), { momentum });
      const size = options.queueSize ?? Math.min(4096, Math.ceil(images.ids.length / 2));
      const queue = randomRows(size, outputDim, rng.fork("queue"));
      return {
        heads: { projector: head },
        memory: new Map([...teacher.variables, ["queue", queue]]),
        aim: (both, stepRng) => {
          const b = both.shape[0] / 2;
          const [first, second] = tf.split(both, 2) as [Tensor4D, Tensor4D];
          const seen = symmetric ? both : first;
          // The other view's key stands beside each query.
          const shown = symmetric ? tf.concat4d([second, first], 0) : second;
          const keys = normaliseRows(shuffled(shown, Math.min(groups, b), teacher.apply, stepRng));
          const negatives: Tensor2D = queue.clone();
          queue.assign(tf.concat([keys, negatives]).slice<Tensor2D>([0, 0], [size, outputDim]));
          return { seen, keys, negatives };
        },
        loss: ({ seen, keys, negatives }) =>
          infoNce(head.apply(network.apply(seen, true), true), keys, {
            negatives: negatives,
            temperature,
          }),
        afterStep: teacher.follow,
        average: teacher.network,
        dispose: teacher.dispose,
      };
    },
  });
}
moco.definition = definition;

/** Random directions, until there are keys. [count,d] */
function randomRows(count: number, dim: number, rng: Rng): Variable & Tensor2D {
  const values = Float32Array.from({ length: count * dim }, () => rng.normal());
  return tf.tidy(() => tf.variable(normaliseRows(tf.tensor2d(values, [count, dim])), false));
}

/** Applies a function to random groups of the images, and puts the rows back in order. [n,h,w,c] -> [n,d] */
function shuffled(
  images: Tensor4D,
  groups: number,
  apply: (part: Tensor4D) => Tensor2D,
  rng: Rng,
): Tensor2D {
  if (groups === 1) return apply(images);
  const n = images.shape[0];
  const order = rng.fork("shuffle").permutation(n);
  const back = new Int32Array(n);
  order.forEach((from, to) => (back[from] = to));
  const rows = Array.from({ length: groups }, (_, g) => {
    const part = order.subarray(Math.floor((g * n) / groups), Math.floor(((g + 1) * n) / groups));
    return tf.tidy(() => apply(tf.gather(images, tf.tensor1d(part, "int32"))));
  });
  const indices: Tensor1D = tf.tensor1d(back, "int32");
  return tf.gather<Tensor2D>(tf.concat(rows), indices);
}
