import {
  define,
  joinVariables,
  normaliseRows,
  option,
  tf,
  type OptionTable,
  type Pretrain,
  type Rng,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  type Variable,
} from "../core";
import { crossEntropy, dino as dinoLoss } from "../losses";
import { linear, projector, type Head } from "../nets";
import { balancedAssignment } from "./balancedAssignment";
import { fromRecipe, recipeOptions, type RecipeOptions } from "./recipe";
import {
  selfSupervised,
  selfSupervisedOptions,
  type SelfSupervisedOptions,
} from "./selfSupervised";
import { makeTeacher, teacherPace } from "./teacher";

/** Ways to centre the teacher's scores. */
const centrings = ["balanced", "mean"] as const;

/** Options of DINO. */
export interface DinoOptions extends SelfSupervisedOptions, RecipeOptions {
  /** Step size at a batch of 128 images; scaled with the batch. @default 1, since small sets train for few steps */
  readonly learningRate?: number;
  /**
   * Share of its old weights that the teacher keeps in a step, in [0,1]. @default by the length of the training, so that the teacher
   * remembers a ninetieth of it: 0.7 for 300 steps, and at most the paper's 0.996
   */
  readonly momentum?: number;
  /** Whether that share rises to 1 until the end, as in the paper; in a short training the teacher then stays behind. @default false */
  readonly momentumRises?: boolean;
  /** Divides the student's scores, above 0. @default 0.1 */
  readonly studentTemperature?: number;
  /** Divides the teacher's scores, above 0; smaller than the student's. @default 0.04 */
  readonly teacherTemperature?: number;
  /**
   * What keeps the teacher from one answer for all. "balanced": over a batch each prototype gets as much, with which short trainings learn far more; "mean": the moving
   * mean of its scores is taken off, as in the paper. @default "balanced"
   */
  readonly centring?: (typeof centrings)[number];
  /** Share of its old value that the teacher's centre keeps in a step, in [0,1], where centring is by the mean. @default 0.9 */
  readonly centreMomentum?: number;
  /** Directions that both score a view by, at least 2. @default 128 */
  readonly prototypes?: number;
  /** Width of the head's hidden layer. @default 256, or the encoder's if that is more */
  readonly hiddenDim?: number;
  /** Length of what is compared with the prototypes. @default 128 */
  readonly bottleneck?: number;
}

/** Share of a short training that DINO's teacher remembers: with a thirtieth, as others, it learnt less on sets of none of our tables (test/bench/shortRecipes.ts). */
const dinoMemory = 1 / 90;

const definition = define("dino", 6, {
  ...selfSupervisedOptions({ learningRate: 1 }),
  ...recipeOptions(),
  momentum: option.share({ search: { among: [0.7, 0.9, 0.97, 0.99, 0.996] } }),
  momentumRises: option.flag({ default: false }),
  studentTemperature: option.positive({ default: 0.1 }),
  teacherTemperature: option.positive({ default: 0.04, search: { among: [0.04, 0.055, 0.07] } }),
  centring: option.choice(centrings, { default: "balanced" }),
  centreMomentum: option.share({ default: 0.9 }),
  prototypes: option.integer({ min: 2, default: 128 }),
  hiddenDim: option.count({}),
  bottleneck: option.count({ default: 128 }),
} satisfies OptionTable<DinoOptions>);

/** The authors' code for a ResNet-50 on ImageNet, with the rate at a batch of 128. */
const paper: DinoOptions = {
  learningRate: 0.015,
  weightDecay: 1e-4,
  warmupEpochs: 10,
  batchSize: 512,
  epochs: 100,
  momentum: 0.996,
  momentumRises: true,
  centring: "mean",
  prototypes: 65536,
  hiddenDim: 2048,
  bottleneck: 256,
};

/**
 * DINO: learns a slowly following teacher's centred and sharpened scores of one view from the other view, with no negatives. Two views of full size,
 * since crops within small images show little; batch norm in the head, as the paper has for convolutional networks.
 * @throws InputError if there are fewer than two images, or an option is out of range
 * @see Caron et al. 2021, arXiv:2104.14294
 */
export function dino(given: DinoOptions = {}): Pretrain {
  const resolved = definition.resolve(fromRecipe(given, paper));
  const { options } = resolved;
  const { studentTemperature, teacherTemperature } = options;
  const { centring, centreMomentum, prototypes, bottleneck } = options;
  return selfSupervised({
    task: "DINO",
    ...resolved,
    build: ({ network, rng, steps }) => {
      const hiddenDim = options.hiddenDim ?? Math.max(256, network.dim);
      const sizes = { inputDim: network.dim, hiddenDim, bottleneck, prototypes };
      const head = prototypeHead(sizes, rng.fork("head"));
      const teacher = makeTeacher(
        { network, head },
        prototypeHead(sizes, rng.fork("head")),
        teacherPace(options, steps, dinoMemory),
      );
      const centre = tf.tidy(() => tf.variable(tf.zeros([prototypes]), false)) as Variable &
        Tensor1D;
      const byMean = (scores: Tensor2D): Aims => {
        const before: Tensor1D = centre.clone();
        const mean = scores.mean<Tensor1D>(0);
        centre.assign(before.mul<Tensor1D>(centreMomentum).add(mean.mul(1 - centreMomentum)));
        return { scores, centre: before };
      };
      const balanced = (scores: Tensor2D): Aims => {
        const views = tf.split<Tensor2D>(scores, 2);
        const shares = views.map((view) =>
          balancedAssignment(view, { temperature: teacherTemperature }),
        );
        return { shares: tf.concat(shares) };
      };
      const aim = centring === "mean" ? byMean : balanced;
      return {
        heads: { head },
        memory: new Map<string, Variable>([...teacher.variables, ["centre", centre]]),
        aim: (both) => ({ both, ...aim(teacher.apply(both)) }),
        loss: ({ both, ...aims }) => {
          const given = head.apply(network.apply(both, true), true);
          const [s1, s2] = tf.split<Tensor2D>(given, 2);
          const [t1, t2] = tf.split<Tensor2D>("shares" in aims ? aims.shares : aims.scores, 2);
          const one = (student: Tensor2D, teacher: Tensor2D): Scalar =>
            "shares" in aims
              ? crossEntropy(student.div(studentTemperature), teacher)
              : dinoLoss(student, teacher, {
                  studentTemperature,
                  teacherTemperature,
                  centre: aims.centre,
                });
          return one(s1, t2).add<Scalar>(one(s2, t1)).div(2);
        },
        afterStep: teacher.follow,
        average: teacher.network,
        dispose: teacher.dispose,
      };
    },
  });
}
dino.definition = definition;

/** What the student is to say of a batch: the teacher's scores and what is taken off them, or shares of the prototypes. */
type Aims =
  { readonly scores: Tensor2D; readonly centre: Tensor1D } | { readonly shares: Tensor2D };

interface PrototypeHeadOptions {
  readonly inputDim: number;
  readonly hiddenDim: number;
  readonly bottleneck: number;
  readonly prototypes: number;
}

/** Two layers, then the cosine with each prototype. [b,inputDim] -> [b,prototypes] */
function prototypeHead(sizes: PrototypeHeadOptions, rng: Rng): Head {
  const { inputDim, hiddenDim, bottleneck, prototypes } = sizes;
  const mlp = projector(
    { inputDim, hiddenDim, outputDim: bottleneck, finalNorm: false },
    rng.fork("layers"),
  );
  const last = linear(
    { inputDim: bottleneck, outputDim: prototypes, bias: false },
    rng.fork("prototypes"),
  );
  const weight = last.variables.get("weight") as Variable & Tensor2D;
  return {
    variables: joinVariables({ layers: mlp, prototypes: last }),
    apply: (x, training) =>
      tf.matMul<Tensor2D>(normaliseRows(mlp.apply(x, training)), normaliseRows(weight, 0)),
    dispose: () => {
      mlp.dispose();
      last.dispose();
    },
  };
}
