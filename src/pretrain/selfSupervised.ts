import {
  InputError,
  joinVariables,
  known,
  option,
  readBatch,
  tf,
  trainableVariables,
  type Augmentation,
  type ImageSet,
  type Network,
  type DefaultTable,
  type Pretrain,
  type Rng,
  type Scalar,
  type Settings,
  type Tensor4D,
  type Variable,
} from "../core";
import { photo, viewsFor, viewsOption } from "../augment";
import {
  buildNetwork,
  copyNetwork,
  encoderFrom,
  encoderOption,
  setInputStatistics,
  withLast,
  type EncoderSpec,
  type Head,
} from "../nets";
import {
  batches,
  identify,
  sgd,
  trainLoop,
  warmupCosine,
  type Batch,
  type Optimiser,
} from "../train";
import { defaultEncoder } from "./defaultEncoder";
import { drawPairs, findPlaces, pairings, type Pairing } from "./positives";

/** Options of every self-supervised training. */
export interface SelfSupervisedOptions {
  /** What makes a view of an image. @default augment.photo.views for the images' channels */
  readonly views?: Augmentation;
  /** @default a ResNet of depth 10 and width 8 */
  readonly encoder?: EncoderSpec;
  /** Passes over the images. @default 100 */
  readonly epochs?: number;
  /** Images in a step, each with two views. @default 128, or all images if there are fewer */
  readonly batchSize?: number;
  /** Step size at a batch of 128 images; scaled with the batch. @default 0.06 */
  readonly learningRate?: number;
  /** Epochs in which the step size rises from 0. @default 0 */
  readonly warmupEpochs?: number;
  /** @default 5e-4 */
  readonly weightDecay?: number;
  /**
   * Natural positive pairs. "windows": the two views are made of two images of one place where there are such, that is of
   * one group with the same window, as trace and retrace or up and down. "none": of one image. @default "none"
   */
  readonly pairs?: Pairing;
}

/** Where a method's own defaults are not SimCLR's. */
interface OwnDefaults {
  readonly learningRate?: number;
  readonly views?: () => Augmentation;
}

/** The options that all methods share, as a table. */
export function selfSupervisedOptions({
  learningRate = 0.06,
  views = photo.views,
}: OwnDefaults = {}): DefaultTable<SelfSupervisedOptions> {
  return {
    views: viewsOption(() => views()),
    encoder: encoderOption(defaultEncoder),
    epochs: option.count({ default: 100 }),
    batchSize: option.integer({ min: 2, default: 128 }),
    learningRate: option.positive({
      default: learningRate,
      search: { log: [learningRate / 5, 5 * learningRate] },
    }),
    warmupEpochs: option.weight({ default: 0 }),
    weightDecay: option.weight({ default: 5e-4, search: { log: [1e-5, 2e-3] } }),
    pairs: option.choice(pairings, { default: "none" }),
  };
}

/** What a method trains beside the encoder, and towards what. */
export interface Objective<B extends Batch> {
  /** Heads that are trained along, by name; disposed at the end. */
  readonly heads: Readonly<Record<string, Head>>;
  /** What changes otherwise than by gradients: a teacher, a queue, a centre. Disposed at the end. */
  readonly memory?: ReadonlyMap<string, Variable>;
  /** What the loss needs of the views, outside of the gradient; the views themselves by default. [2b,h,w,c], first views first */
  readonly aim?: (both: Tensor4D, rng: Rng) => B;
  readonly loss: (batch: B) => Scalar;
  readonly afterStep?: (step: number) => void;
  /** From the weight decay and the largest learning rate. @default SGD with momentum 0.9 */
  readonly optimiser?: ((weightDecay: number, learningRate: number) => Optimiser) | undefined;
  /** A network whose weights are averages of the trained ones; it becomes the encoder, with the last weights beside it. Disposed with the memory. */
  readonly average?: Network;
  /** Frees what heads and memory do not cover. */
  readonly dispose?: () => void;
}

/** What a method can build its objective of. */
export interface Parts {
  readonly network: Network;
  readonly images: ImageSet;
  /** Fork it by the name of what is made. */
  readonly rng: Rng;
  readonly steps: number;
  /** Images in each step. */
  readonly batchSize: number;
}

/** A method: its options, filled in, and what it makes of them. */
export interface Recipe<B extends Batch> {
  /** The method's name, for progress and errors. */
  readonly task: string;
  readonly options: Required<SelfSupervisedOptions>;
  readonly settings: Settings | undefined;
  /** Says what is wrong with the images, if anything. */
  readonly check?: (images: ImageSet) => void;
  readonly build: (parts: Parts) => Objective<B>;
}

/**
 * A self-supervised training: random views of each image, an objective on them, SGD with momentum 0.9 and a cosine schedule. What the methods share.
 * @throws InputError if there are fewer than two images, or an option is out of range
 */
export function selfSupervised<B extends Batch = Tensor4D>(recipe: Recipe<B>): Pretrain {
  const { settings } = recipe;
  const { encoder, epochs, batchSize, warmupEpochs, weightDecay, pairs } = recipe.options;
  const pretrain: Pretrain = async (images, rng, on) => {
    const places = findPlaces(images, pairs);
    const count = places.length;
    checkEnough(count);
    recipe.check?.(images);
    const views = viewsFor(recipe.options.views, images);
    const network = buildNetwork(encoder, images.shape, rng.fork("weights"));
    let objective: Objective<B> | undefined;
    try {
      setInputStatistics(network, images);
      const size = Math.min(batchSize, count);
      const order = batches({ count, batchSize: size, rng: rng.fork("order") });
      const steps = epochs * order.stepsPerEpoch;
      const built = recipe.build({ network, images, rng, steps, batchSize: size });
      objective = built;
      const rate = (recipe.options.learningRate * size) / 128;
      const optimiser = built.optimiser ?? ((decay) => sgd({ momentum: 0.9, weightDecay: decay }));
      const { aim } = built;
      await trainLoop<Tensor4D, B>({
        task: recipe.task,
        ...variablesOf(network, built),
        steps,
        prepare: (step, stepRng) => twoViews({ images, places, views }, order.at(step), stepRng),
        aim: aim && ((both, _, stepRng) => aim(both, stepRng)),
        loss: built.loss,
        afterStep: built.afterStep,
        optimiser: optimiser(weightDecay, rate),
        schedule: warmupCosine({
          learningRate: rate,
          warmupSteps: Math.min(steps, Math.round(warmupEpochs * order.stepsPerEpoch)),
          totalSteps: steps,
        }),
        rng: rng.fork("steps"),
        identity: identify(settings, images, on),
        on,
      });
      const { average } = built;
      return encoderFrom(average === undefined ? network : withLast(copyNetwork(average), network));
    } catch (error) {
      network.dispose();
      throw error;
    } finally {
      disposeObjective(objective);
    }
  };
  return known(pretrain, settings);
}

function variablesOf<B extends Batch>(
  network: Network,
  { heads, memory = new Map<string, Variable>() }: Objective<B>,
): Record<"variables" | "trainable", Map<string, Variable>> {
  const variables = joinVariables({ encoder: network, ...heads });
  return {
    variables: new Map([...variables, ...memory]),
    trainable: trainableVariables({ variables }),
  };
}

function disposeObjective<B extends Batch>(objective: Objective<B> | undefined): void {
  if (objective === undefined) return;
  for (const head of Object.values(objective.heads)) head.dispose();
  for (const variable of objective.memory?.values() ?? []) variable.dispose();
  objective.dispose?.();
}

interface ViewSource {
  readonly images: ImageSet;
  readonly places: readonly (readonly number[])[];
  readonly views: Augmentation;
}

/** Two views of each place: all first views, then all second ones. [2b,h,w,c] */
function twoViews({ images, places, views }: ViewSource, chosen: Int32Array, rng: Rng): Tensor4D {
  return tf.tidy(() => {
    const { first, second } = drawPairs(places, chosen, rng.fork("pairs"));
    const a = readBatch(images, first);
    const b = places.length === images.ids.length ? a : readBatch(images, second);
    return views(tf.concat([a, b]), rng.fork("views"));
  });
}

function checkEnough(count: number): void {
  if (count >= 2) return;
  throw new InputError({
    got: `images of ${count} ${count === 1 ? "place" : "places"} to pretrain on`,
    expected: "at least two, since each is told apart from the others",
    todo: "Give more unlabelled images.",
  });
}
