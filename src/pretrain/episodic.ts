import {
  InputError,
  joinVariables,
  known,
  option,
  tf,
  trainableVariables,
  type Augmentation,
  type DefaultTable,
  type Filled,
  type ImageSet,
  type Network,
  type Option,
  type Pretrain,
  type Rng,
  type Scalar,
  type Settings,
  type Tensor2D,
  type Tensor4D,
} from "../core";
import { viewsOption } from "../augment";
import {
  buildNetwork,
  comparisonWeights,
  disposeComparison,
  encoderFrom,
  encoderOption,
  setInputStatistics,
  withComparison,
  type Comparison,
  type EncoderSpec,
} from "../nets";
import { adamW, identify, trainLoop, warmupCosine, type Schedule } from "../train";
import {
  classesForEpisodes,
  drawEpisode,
  type DrawnEpisode,
  type EpisodeSize,
} from "./drawEpisode";
import { quarterTurn } from "./quarterTurn";
import { checkChannels, sourceOption } from "./source";

/** Options of every training by episodes. */
export interface EpisodicOptions {
  /** Labelled images of other classes, with as many channels; its labels are not counted as the study's. */
  readonly source: ImageSet;
  /** @default conv4 of width 64, the few-shot papers' */
  readonly encoder?: EncoderSpec;
  /** Steps, each with one episode. @default 1000 */
  readonly episodes?: number;
  /** Classes in an episode, at least 2. @default 20 */
  readonly ways?: number;
  /** Labelled images of each class in an episode. @default 1 */
  readonly shots?: number;
  /** Images of each class that are to be told. @default 5 */
  readonly queries?: number;
  /** Largest step size of Adam. @default 1e-3 */
  readonly learningRate?: number;
  /** "halving": half as large every 2000 episodes, as in the paper on prototypes; "cosine": towards 0 at the end. @default "halving" */
  readonly schedule?: EpisodicSchedule;
  /** @default 0 */
  readonly weightDecay?: number;
  /** Whether each class, turned by a quarter, counts as another class: four times as many. Square images only. @default false */
  readonly turnsAsClasses?: boolean;
  /** What is done to each image, after its turn. @default nothing */
  readonly views?: Augmentation;
}

/** How the step size falls. */
export type EpisodicSchedule = (typeof episodicSchedules)[number];

/** Every way in which the step size may fall. */
export const episodicSchedules = ["halving", "cosine"] as const;

/** The options that all methods share, as a table. */
export function episodicOptions(): EpisodicTable {
  return {
    source: sourceOption(),
    encoder: encoderOption({ conv4: { width: 64 } }),
    episodes: option.count({ default: 1000 }),
    ways: option.integer({ min: 2, default: 20 }),
    shots: option.count({ default: 1 }),
    queries: option.count({ default: 5 }),
    learningRate: option.positive({ default: 1e-3 }),
    schedule: option.choice(episodicSchedules, { default: "halving" }),
    weightDecay: option.weight({ default: 0 }),
    turnsAsClasses: option.flag({ default: false }),
    views: viewsOption(),
  };
}

/** All but the views have a default. */
type EpisodicTable = DefaultTable<Omit<EpisodicOptions, "views">> & {
  readonly views: Option<Augmentation, Augmentation | undefined>;
};

/** What a method trains beside the encoder, and towards what. */
export interface EpisodeObjective {
  /** What is trained along to compare embeddings, and stays with the network. */
  readonly comparison?: Comparison;
  /** The loss of an episode; embeddings go class by class. [ways*shots,d], [ways*queries,d] -> scalar */
  readonly loss: (support: Tensor2D, query: Tensor2D, size: EpisodeSize) => Scalar;
}

/** A method that learns from episodes. */
export interface EpisodicRecipe {
  /** For progress and errors. */
  readonly task: string;
  readonly options: Filled<EpisodicTable>;
  readonly settings: Settings | undefined;
  readonly build: (network: Network, rng: Rng) => EpisodeObjective;
}

/**
 * A training by episodes on labelled source classes: each step draws some classes, some labelled images of each and some to be told, all embedded in
 * one pass. Afterwards the network takes the mean and spread of the images it is for, so that the two sets may have other units. What the methods share.
 * @throws InputError if the source has too few labelled classes or images or other channels, or an option is out of range
 */
export function episodic({ task, options, settings, build }: EpisodicRecipe): Pretrain {
  const { source, encoder, ways, shots, queries, episodes, turnsAsClasses, weightDecay } = options;
  if (turnsAsClasses) checkSquare(source);
  const size = { ways, shots, queries };
  const turns = turnsAsClasses ? 4 : 1;
  const classes = classesForEpisodes(source.labels, size, turns);
  const pretrain: Pretrain = async (images, rng, on) => {
    checkChannels(images, source);
    const network = buildNetwork(encoder, source.shape, rng.fork("weights"));
    let comparison: Comparison | undefined;
    try {
      const objective = build(network, rng);
      comparison = objective.comparison;
      const encoderPart = { encoder: network };
      const variables = joinVariables(
        comparison === undefined
          ? encoderPart
          : { ...encoderPart, comparison: { variables: comparisonWeights(comparison) } },
      );
      setInputStatistics(network, source);
      await trainLoop<Tensor4D>({
        task,
        variables,
        trainable: trainableVariables({ variables }),
        steps: episodes,
        prepare: (_, stepRng) => {
          const drawn = drawEpisode(classes, size, stepRng.fork("episode"), turns);
          const seen = readEpisode(source, drawn, size, turns);
          return options.views === undefined ? seen : options.views(seen, stepRng.fork("views"));
        },
        loss: (seen) => {
          const rows = [size.ways * size.shots, size.ways * size.queries];
          const [support, query] = tf.split<Tensor2D>(network.apply(seen, true), rows);
          return objective.loss(support, query, size);
        },
        optimiser: adamW({ weightDecay }),
        schedule: scheduleOf(options),
        rng: rng.fork("steps"),
        identity: identify(settings, images, on),
        on,
      });
      setInputStatistics(network, images);
      return encoderFrom(comparison === undefined ? network : withComparison(network, comparison));
    } catch (error) {
      network.dispose();
      if (comparison !== undefined) disposeComparison(comparison);
      throw error;
    }
  };
  return known(pretrain, settings);
}

/** Episodes after which the step size is halved. */
const halvedEvery = 2000;

function scheduleOf({ schedule, learningRate, episodes }: Filled<EpisodicTable>): Schedule {
  if (schedule === "cosine") return warmupCosine({ learningRate, totalSteps: episodes });
  return (step) => learningRate / 2 ** Math.floor(step / halvedEvery);
}

function checkSquare({ shape }: ImageSet): void {
  if (shape[0] === shape[1]) return;
  throw new InputError({
    got: `turnsAsClasses for images of ${shape[0]} x ${shape[1]} pixels`,
    expected: "square images, which keep their shape",
    todo: "Leave turnsAsClasses out, or cut the images to squares.",
  });
}

/** Reads the images of an episode, first the labelled ones, and turns each class its way. [ways*(shots+queries),h,w,c] */
function readEpisode(
  source: ImageSet,
  { classes, support, query }: DrawnEpisode,
  { shots, queries }: EpisodeSize,
  turns: number,
): Tensor4D {
  const indices = Int32Array.from([...support, ...query]);
  const pixels = source.pixels.read(indices);
  const [h, w, c] = source.shape;
  const perImage = h * w * c;
  if (turns > 1) {
    for (let at = 0; at < indices.length; at++) {
      const way =
        at < support.length ? Math.floor(at / shots) : Math.floor((at - support.length) / queries);
      quarterTurn(pixels.subarray(at * perImage, (at + 1) * perImage), h, c, classes[way] % turns);
    }
  }
  return tf.tensor4d(pixels, [indices.length, h, w, c]);
}
