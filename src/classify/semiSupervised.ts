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
  type ImageSet,
  type Rng,
  type Scalar,
  type Settings,
  type Tensor,
  type Variable,
} from "../core";
import { mild, strong, viewsOption } from "../augment";
import { batches, identify, movingAverage, sgd, trainLoop, type MovingAverage } from "../train";
import { checkEveryClass, onlyLabelled } from "./labelled";
import {
  copyScoringNetwork,
  scoringClassifier,
  scoringNetwork,
  takeStatistics,
  type ScoringNetwork,
} from "./scoringNetwork";
import { drawImages, type ImageChanges, type StepImages } from "./stepImages";

/** Options of every training on labelled and unlabelled images. */
export interface SemiSupervisedOptions {
  /** Steps in all. @default 1000, since small sets train for few steps; the papers' 2^20 */
  readonly steps?: number;
  /** Labelled images in a step, B. @default 64, or all labelled images if there are fewer */
  readonly batchSize?: number;
  /** Unlabelled images in a step for each of `batchSize`, mu; all of them if there are fewer. @default 1 */
  readonly unlabelledRatio?: number;
  /** Step size at the start; falls as 7/16 of a cosine. @default 0.03 */
  readonly learningRate?: number;
  /** @default 5e-4 */
  readonly weightDecay?: number;
  /** Share of its old weights that the moving average keeps in a step, in [0,1]; at step k at most 1 - 1/(k+1). @default 0.999 */
  readonly momentum?: number;
  /** What makes images that hardly differ. @default flips and shifts by up to an eighth of the image */
  readonly weak?: Augmentation;
}

/** The options that all methods share, as a table. */
export function semiSupervisedOptions({
  unlabelledRatio = 1,
}: Pick<SemiSupervisedOptions, "unlabelledRatio"> = {}): DefaultTable<SemiSupervisedOptions> {
  return {
    steps: option.count({ default: 1000 }),
    batchSize: option.count({ default: 64 }),
    unlabelledRatio: option.count({ default: unlabelledRatio }),
    learningRate: option.positive({ default: 0.03 }),
    weightDecay: option.weight({ default: 5e-4 }),
    momentum: option.share({ default: 0.999 }),
    weak: viewsOption(() => mild.views()),
  };
}

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
  readonly loss: (
    images: StepImages,
    targets: Readonly<Record<string, Tensor>>,
    step: number,
  ) => StepLoss;
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
}

/** A method: its options, filled in, and what it makes of them. */
export interface ConsistencyRecipe {
  /** The method's name, for progress and errors. */
  readonly task: string;
  readonly options: Required<SemiSupervisedOptions> & StrongOptions;
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
 * weights is evaluated, with the running statistics of the student unless the average makes training passes itself.
 * @throws InputError if the encoder has no weights, a class has no label, or an option is out of range
 * @see Sohn et al. 2020, arXiv:2001.07685, section 2.4
 */
export function semiSupervised(recipe: ConsistencyRecipe): Classify {
  const { settings, task } = recipe;
  const { steps, learningRate, weightDecay, momentum } = recipe.options;
  const classify: Classify = async (encoder, train, rng, on = {}) => {
    const training = prepareTraining(recipe, encoder, train, rng);
    const { student, average, objective, accepted, follower } = training;
    try {
      await trainLoop({
        task,
        variables: joinVariables({
          student,
          average,
          memory: { variables: new Map([...(objective.memory ?? []), ["accepted", accepted]]) },
        }),
        trainable: student.trainable,
        steps,
        prepare: (step, stepRng) => {
          const images = training.draw(step, stepRng);
          return { ...images, ...objective.targets?.(images, step, stepRng.fork("targets")) };
        },
        loss: (batch, step) => {
          const found = objective.loss(batch, batch, step);
          if (found.accepted !== undefined) recordAt(accepted, step, found.accepted);
          return found.loss;
        },
        afterStep: (step) => follower.update(Math.min(momentum, 1 - 1 / (step + 1))),
        optimiser: sgd({ momentum: 0.9, nesterov: true, weightDecay }),
        schedule: (step) => learningRate * Math.cos((7 * Math.PI * step) / (16 * steps)),
        rng: rng.fork("steps"),
        identity: identify(settings, train, on),
        on,
      });
      if (recipe.chooses === true) on.keep?.("accepted", accepted.dataSync<"float32">().slice());
      for (const [name, values] of Object.entries(objective.keep?.() ?? {}))
        on.keep?.(name, values);
      if (recipe.averageTrains !== true) takeStatistics(average, student);
    } catch (error) {
      average.dispose();
      throw error;
    } finally {
      follower.dispose();
      student.dispose();
      accepted.dispose();
      for (const variable of objective.memory?.values() ?? []) variable.dispose();
    }
    return scoringClassifier(average);
  };
  return known(classify, settings);
}

interface Training {
  readonly student: ScoringNetwork;
  readonly average: ScoringNetwork;
  readonly follower: MovingAverage;
  readonly objective: ConsistencyObjective;
  /** Share of the unlabelled images that counted, by step; in the checkpoint, so that it outlives a stop. [steps] */
  readonly accepted: Variable;
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
  return {
    student,
    average,
    follower: movingAverage(average.trainable, student.trainable),
    objective: recipe.build({ student, average, steps, poolSize }),
    accepted: tf.tidy(() => tf.variable(tf.ones([steps]), false)),
    draw: drawImages(
      { weak, strong, second: recipe.second },
      { labelled, labelledOrder, pool, poolOrder },
    ),
  };
}

function recordAt(record: Variable, step: number, value: Scalar): void {
  const values = record.dataSync<"float32">().slice();
  values[step] = value.dataSync()[0];
  record.assign(tf.tensor1d(values));
}
