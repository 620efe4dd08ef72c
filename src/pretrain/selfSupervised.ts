import {
  checkInteger,
  checkNumber,
  checkOneOf,
  InputError,
  tf,
  type Augmentation,
  type ImageSet,
  type Network,
  type Pretrain,
  type Rng,
  type Scalar,
  type Tensor4D,
  type Variable,
} from "../core";
import { photo } from "../augment";
import {
  buildNetwork,
  encoderFrom,
  setInputStatistics,
  trainableVariables,
  type EncoderSpec,
  type Head,
} from "../nets";
import {
  batches,
  joinVariables,
  sgd,
  trainLoop,
  warmupCosine,
  type Batch,
  type Optimiser,
} from "../train";
import { defaultEncoder } from "./defaultEncoder";
import { drawPairs, findPlaces, pairings, type Pairing } from "./positives";

/** What every self-supervised training may be told. */
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

/** What a method trains beside the encoder, and towards what. */
export interface Objective<B extends Batch> {
  /** Heads that are trained along, by name; disposed at the end. */
  readonly heads: Readonly<Record<string, Head>>;
  /** What changes otherwise than by gradients: a teacher, a queue, a centre. Disposed at the end. */
  readonly memory?: ReadonlyMap<string, Variable>;
  /** What the loss needs of the views, outside of the gradient; the views themselves by default. [2b,h,w,c], first views first */
  readonly prepare?: (both: Tensor4D, rng: Rng) => B;
  readonly loss: (batch: B) => Scalar;
  readonly afterStep?: (step: number) => void;
  /** From the weight decay and the largest learning rate. @default SGD with momentum 0.9 */
  readonly optimiser?: (weightDecay: number, learningRate: number) => Optimiser;
  /** Frees what heads and memory do not cover. */
  readonly dispose?: () => void;
}

/** What a method can build its objective of. */
export interface Workshop {
  readonly network: Network;
  readonly images: ImageSet;
  /** Fork it by the name of what is made. */
  readonly rng: Rng;
  readonly steps: number;
  /** Images in each step. */
  readonly batchSize: number;
}

/** The settings of a method, with its own defaults filled in. */
export interface Recipe<B extends Batch> {
  /** The method's name, for progress and errors. */
  readonly task: string;
  readonly options: SelfSupervisedOptions;
  /** The method's own defaults where they are not SimCLR's. */
  readonly defaults?: {
    readonly learningRate?: number;
    readonly views?: (images: ImageSet) => Augmentation;
  };
  /** Says what is wrong with the images, if anything. */
  readonly check?: (images: ImageSet) => void;
  readonly build: (workshop: Workshop) => Objective<B>;
}

/**
 * A self-supervised training: random views of each image, an objective on them, SGD with momentum 0.9 and a cosine schedule. What the methods share.
 * @throws InputError if there are fewer than two images, or an option is out of range
 */
export function selfSupervised<B extends Batch = Tensor4D>(recipe: Recipe<B>): Pretrain {
  const { options, defaults = {} } = recipe;
  const { encoder = defaultEncoder, epochs = 100, warmupEpochs = 0, weightDecay = 5e-4 } = options;
  const { batchSize = 128, learningRate = defaults.learningRate ?? 0.06 } = options;
  checkInteger("epochs", epochs, { min: 1 });
  checkInteger("batchSize", batchSize, { min: 2 });
  checkNumber("learningRate", learningRate, { min: 0, aboveMin: true });
  checkNumber("weightDecay", weightDecay, { min: 0 });
  const pairs = checkOneOf("pairs", options.pairs ?? "none", pairings);
  return async (images, rng, on) => {
    const places = findPlaces(images, pairs);
    const count = places.length;
    checkEnough(count);
    recipe.check?.(images);
    const views = options.views ?? (defaults.views ?? photoViews)(images);
    const network = buildNetwork(encoder, images.shape, rng.fork("weights"));
    let objective: Objective<B> | undefined;
    try {
      setInputStatistics(network, images);
      const size = Math.min(batchSize, count);
      const order = batches({ count, batchSize: size, rng: rng.fork("order") });
      const steps = epochs * order.stepsPerEpoch;
      const built = recipe.build({ network, images, rng, steps, batchSize: size });
      objective = built;
      const rate = (learningRate * size) / 128;
      const optimiser = built.optimiser ?? ((decay) => sgd({ momentum: 0.9, weightDecay: decay }));
      const { prepare = (both: Tensor4D): B => both as unknown as B } = built;
      await trainLoop<B>({
        task: recipe.task,
        ...variablesOf(network, built),
        steps,
        prepare: (step, stepRng) =>
          prepare(twoViews({ images, places, views }, order.at(step), stepRng), stepRng),
        loss: built.loss,
        ...(built.afterStep === undefined ? {} : { afterStep: built.afterStep }),
        optimiser: optimiser(weightDecay, rate),
        schedule: warmupCosine({
          learningRate: rate,
          warmupSteps: Math.min(steps, Math.round(warmupEpochs * order.stepsPerEpoch)),
          totalSteps: steps,
        }),
        rng: rng.fork("steps"),
        on,
      });
      return encoderFrom(network);
    } catch (error) {
      network.dispose();
      throw error;
    } finally {
      disposeObjective(objective);
    }
  };
}

function variablesOf<B extends Batch>(
  network: Network,
  { heads, memory = new Map<string, Variable>() }: Objective<B>,
): Record<"variables" | "trainable", Map<string, Variable>> {
  const parts = { encoder: network, ...heads };
  const join = (
    of: (part: Network | Head) => ReadonlyMap<string, Variable>,
  ): Map<string, Variable> =>
    joinVariables(
      Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, of(part)])),
    );
  return {
    variables: new Map([...join((part) => part.variables), ...memory]),
    trainable: join(trainableVariables),
  };
}

function disposeObjective<B extends Batch>(objective: Objective<B> | undefined): void {
  if (objective === undefined) return;
  for (const head of Object.values(objective.heads)) head.dispose();
  for (const variable of objective.memory?.values() ?? []) variable.dispose();
  objective.dispose?.();
}

function photoViews(images: ImageSet): Augmentation {
  return photo.views({ channels: images.shape[2] });
}

interface ViewSource {
  readonly images: ImageSet;
  readonly places: readonly (readonly number[])[];
  readonly views: Augmentation;
}

/** Two views of each place: all first views, then all second ones. [2b,h,w,c] */
function twoViews({ images, places, views }: ViewSource, chosen: Int32Array, rng: Rng): Tensor4D {
  return tf.tidy(() => {
    const [h, w, c] = images.shape;
    const { first, second } = drawPairs(places, chosen, rng.fork("pairs"));
    const read = (indices: Int32Array): Tensor4D =>
      tf.tensor4d(images.pixels.read(indices), [indices.length, h, w, c]);
    const a = read(first);
    const b = places.length === images.ids.length ? a : read(second);
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
