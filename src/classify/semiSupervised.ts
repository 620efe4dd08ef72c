import {
  hideLabels,
  joinVariables,
  known,
  option,
  tf,
  type Augmentation,
  type Classify,
  type DefaultTable,
  type Encoder,
  type Filled,
  type ImageSet,
  type Option,
  type Progress,
  type Rng,
  type Scalar,
  type Settings,
  type Tensor,
  type Variable,
} from "../core";
import { mild, strong, viewsFor, viewsOption } from "../augment";
import { recomputeStatistics } from "../nets";
import {
  averageMomentum,
  batches,
  identify,
  movingAverage,
  sgd,
  trainLoop,
  type MovingAverage,
} from "../train";
import { defaultSteps } from "./defaultSteps";
import { checkEveryClass, onlyLabelled } from "./labelled";
import {
  averageClassifier,
  copyScoringNetwork,
  scoringNetwork,
  type ScoringNetwork,
} from "./scoringNetwork";
import { drawImages, type ImageChanges, type StepImages } from "./stepImages";

/** Options of every training on labelled and unlabelled images. */
export interface SemiSupervisedOptions {
  /** Steps in all. @default 1000, as for every classifier that trains a network; the papers' 2^20 */
  readonly steps?: number;
  /** Labelled images in a step, B. @default 64, or all labelled images if there are fewer */
  readonly batchSize?: number;
  /** Unlabelled images in a step for each of `batchSize`, mu; all of them if there are fewer. @default 1 */
  readonly unlabelledRatio?: number;
  /** Step size at the start; falls as 7/16 of a cosine. @default 0.1, with which some hundred steps learn far more than with 0.03, the papers' for 2^20 */
  readonly learningRate?: number;
  /** @default 5e-4 */
  readonly weightDecay?: number;
  /**
   * Share of its old weights that the moving average keeps in a step, in [0,1]; at step k at most 1 - 1/(k+1). @default by the length of the training, so
   * that the average remembers a twentieth of it: 0.98 for 1000 steps, and at most the papers' 0.999
   */
  readonly momentum?: number;
  /** What makes images that hardly differ. @default shifts by up to an eighth of the image, and mirrors where the set says that they keep its classes */
  readonly weak?: Augmentation;
}

/** The options that all methods share, as a table. */
export function semiSupervisedOptions({
  unlabelledRatio = 1,
}: Pick<SemiSupervisedOptions, "unlabelledRatio"> = {}): SemiSupervisedTable {
  return {
    steps: option.count({ default: defaultSteps }),
    batchSize: option.count({ default: 64 }),
    unlabelledRatio: option.count({ default: unlabelledRatio }),
    learningRate: option.positive({ default: 0.1, search: { log: [0.02, 0.5] } }),
    weightDecay: option.weight({ default: 5e-4, search: { log: [1e-4, 5e-3] } }),
    momentum: option.share({}),
    weak: viewsOption(() => mild.views()),
  };
}

/** All but the momentum have a default. */
type SemiSupervisedTable = DefaultTable<Omit<SemiSupervisedOptions, "momentum">> & {
  readonly momentum: Option<number, number | undefined>;
};

/** Options of methods whose student sees strongly changed images. */
export interface StrongOptions {
  /** What makes images that differ much. @default after RandAugment, without colours for grey images, and a covered square */
  readonly strong?: Augmentation;
}

/** The options of strong changes, as a table. */
export function strongOptions(): DefaultTable<StrongOptions> {
  return { strong: viewsOption(() => strong.views()) };
}

/** What a step is to make small, and how many unlabelled images had a say in it. */
export interface StepLoss {
  readonly loss: Scalar;
  /** Share of the unlabelled images that count, in [0,1]; recorded. */
  readonly accepted?: Scalar;
}

/** How a method learns from a step's images. */
export interface ConsistencyObjective {
  /** What changes otherwise than by gradients, beside the average. Disposed at the end. */
  readonly memory?: ReadonlyMap<string, Variable>;
  /** What the loss needs beside the images, outside of the gradient. */
  readonly targets?: (images: StepImages, step: number, rng: Rng) => Record<string, Tensor>;
  /** Other numbers worth keeping at the end, by name. */
  readonly keep?: () => Readonly<Record<string, Float32Array>>;
  /** Depends on these and the variables alone: what else changes from step to step is among the targets. */
  readonly loss: (images: StepImages, targets: Readonly<Record<string, Tensor>>) => StepLoss;
  /** Variables of the memory that the loss assigns and `targets` or `afterStep` reads the values of. @default none */
  readonly reads?: readonly Variable[];
  /** Called after each step with the step's images gone, for example to look at what the loss noted in the memory. */
  readonly afterStep?: () => void;
  /** Frees what the memory does not cover. */
  readonly dispose?: () => void;
}

/** What a method can build its objective of. */
export interface ConsistencyParts {
  /** What is trained. */
  readonly student: ScoringNetwork;
  /** Follows the student; what is evaluated at the end. */
  readonly average: ScoringNetwork;
  readonly steps: number;
  /** Unlabelled images in all, the labelled ones among them. */
  readonly poolSize: number;
  /** Unlabelled images in a step. */
  readonly poolBatch: number;
}

/** A method: its options, filled in, and what it makes of them. */
export interface ConsistencyRecipe {
  /** The method's name, for progress and errors. */
  readonly task: string;
  readonly options: Filled<SemiSupervisedTable> & StrongOptions;
  readonly settings: Settings | undefined;
  /** How the second view of an unlabelled image is made. */
  readonly second: ImageChanges["second"];
  /** Whether the average makes training passes of its own, and so has its own running statistics. @default false */
  readonly averageTrains?: boolean;
  /** Whether only some unlabelled images count, which is then recorded by step. @default false */
  readonly chooses?: boolean;
  readonly build: (parts: ConsistencyParts) => ConsistencyObjective;
}

/**
 * Training on labelled and unlabelled images: what the methods share. The pool of unlabelled images is the whole set with every label hidden, the
 * labelled images among them, as in the papers' code. SGD with Nesterov momentum 0.9, rate falling as cos(7 pi k / 16 K). The moving average of the
 * weights is evaluated, its running statistics made anew of images as the training saw them, unless the average makes training passes itself and so has its
 * own; what the last weights say can be asked for beside it.
 * @throws InputError if the encoder has no weights, a class has no label, or an option is out of range
 * @see Sohn et al. 2020, arXiv:2001.07685, section 2.4
 */
export function semiSupervised(recipe: ConsistencyRecipe): Classify {
  const { settings, task } = recipe;
  const { steps, learningRate, weightDecay } = recipe.options;
  const { momentum = averageMomentum(steps) } = recipe.options;
  const classify: Classify = async (encoder, train, rng, on = {}) => {
    const training = prepareTraining(recipe, encoder, train, rng);
    const { student, average, objective, accepted, share, follower } = training;
    try {
      await trainLoop({
        task,
        variables: joinVariables({
          student,
          average,
          memory: {
            variables: new Map([
              ...(objective.memory ?? []),
              ["accepted", accepted],
              ["share", share],
            ]),
          },
        }),
        trainable: student.trainable,
        steps,
        prepare: training.draw,
        aim: (images, step, stepRng) => ({
          ...images,
          ...objective.targets?.(images, step, stepRng.fork("targets")),
        }),
        loss: (batch) => {
          const found = objective.loss(batch, batch);
          if (found.accepted !== undefined) share.assign(found.accepted);
          return found.loss;
        },
        afterStep: (step) => {
          objective.afterStep?.();
          if (recipe.chooses === true) recordAt(accepted, step, share);
          follower.update(Math.min(momentum, 1 - 1 / (step + 1)));
        },
        reads: [share, ...(objective.reads ?? [])],
        optimiser: sgd({ momentum: 0.9, nesterov: true, weightDecay }),
        schedule: (step) => learningRate * Math.cos((7 * Math.PI * step) / (16 * steps)),
        rng: rng.fork("steps"),
        identity: identify(settings, train, on),
        on,
      });
      if (recipe.chooses === true) on.keep?.("accepted", accepted.dataSync<"float32">().slice());
      for (const [name, values] of Object.entries(objective.keep?.() ?? {}))
        on.keep?.(name, values);
      if (recipe.averageTrains !== true)
        await settleStatistics(training, steps, rng.fork("statistics"), on);
    } catch (error) {
      average.dispose();
      student.dispose();
      throw error;
    } finally {
      follower.dispose();
      tf.dispose([accepted, share]);
      objective.dispose?.();
      for (const variable of objective.memory?.values() ?? []) variable.dispose();
    }
    return averageClassifier(average, student);
  };
  return known(classify, settings);
}

/** Passes that the statistics of the average are made of; fewer where the training has fewer steps. */
const statisticsPasses = 20;

/** Gives the average the running statistics of its own weights, from images like those of the training. */
async function settleStatistics(
  { average, draw }: Training,
  steps: number,
  rng: Rng,
  on: Progress,
): Promise<void> {
  const passes = Math.min(steps, statisticsPasses);
  await recomputeStatistics(average, {
    passes,
    batch: (pass) => {
      const step = Math.floor((pass * steps) / passes);
      const { labelled, first, second } = draw(step, rng.fork(`pass ${pass}`));
      return tf.concat([labelled, first, second]);
    },
    on,
  });
}

interface Training {
  readonly student: ScoringNetwork;
  readonly average: ScoringNetwork;
  readonly follower: MovingAverage;
  readonly objective: ConsistencyObjective;
  /** Share of the unlabelled images that counted, by step; in the checkpoint, so that it outlives a stop. [steps] */
  readonly accepted: Variable;
  /** The same of the latest step. */
  readonly share: Variable;
  readonly draw: (step: number, rng: Rng) => StepImages;
}

function prepareTraining(
  recipe: ConsistencyRecipe,
  encoder: Encoder,
  train: ImageSet,
  rng: Rng,
): Training {
  const { steps, batchSize, unlabelledRatio, weak, strong } = recipe.options;
  const labelled = onlyLabelled(train);
  checkEveryClass(labelled);
  const pool = hideLabels(train);
  const poolSize = pool.ids.length;
  const student = scoringNetwork(encoder, train.classNames.length, rng.fork("head"));
  const average = copyScoringNetwork(student);
  const labelledOrder = batches({
    count: labelled.ids.length,
    batchSize,
    rng: rng.fork("labelled"),
  });
  const poolOrder = batches({
    count: poolSize,
    batchSize: unlabelledRatio * batchSize,
    rng: rng.fork("unlabelled"),
  });
  const changes: ImageChanges = {
    weak: viewsFor(weak, train),
    strong: strong === undefined ? undefined : viewsFor(strong, train),
    second: recipe.second,
  };
  return {
    student,
    average,
    follower: movingAverage(average.trainable, student.trainable),
    objective: recipe.build({
      student,
      average,
      steps,
      poolSize,
      poolBatch: poolOrder.at(0).length,
    }),
    accepted: tf.tidy(() => tf.variable(tf.ones([steps]), false)),
    share: tf.tidy(() => tf.variable(tf.scalar(1), false)),
    draw: drawImages(changes, { labelled, labelledOrder, pool, poolOrder }),
  };
}

function recordAt(record: Variable, step: number, value: Tensor): void {
  const values = record.dataSync<"float32">().slice();
  values[step] = value.dataSync()[0];
  record.assign(tf.tensor1d(values));
}
