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
  type Tensor2D,
  type Tensor4D,
} from "../core";
import {
  buildNetwork,
  comparisonWeights,
  disposeComparison,
  encoderFrom,
  setInputStatistics,
  trainableVariables,
  withComparison,
  type Comparison,
  type EncoderSpec,
} from "../nets";
import { adamW, joinVariables, trainLoop, warmupCosine, type Schedule } from "../train";
import { checkChannels } from "./checkSource";
import {
  classesForEpisodes,
  drawEpisode,
  type DrawnEpisode,
  type EpisodeSize,
} from "./drawEpisode";
import { quarterTurn } from "./quarterTurn";

/** What every training by episodes may be told. */
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
  readonly options: EpisodicOptions;
  readonly build: (network: Network, rng: Rng) => EpisodeObjective;
}

/**
 * A training by episodes on labelled source classes: each step draws some classes, some labelled images of each and some to be told, all embedded in
 * one pass. Afterwards the network takes the mean and spread of the images it is for, so that the two sets may have other units. What the methods share.
 * @throws InputError if the source has too few labelled classes or images or other channels, or an option is out of range
 */
export function episodic({ task, options, build }: EpisodicRecipe): Pretrain {
  const settings = readSettings(options);
  const { source, encoder, size, turns } = settings;
  const classes = classesForEpisodes(source.labels, size, turns);
  return async (images, rng, on) => {
    checkChannels(images, source);
    const network = buildNetwork(encoder, source.shape, rng.fork("weights"));
    let comparison: Comparison | undefined;
    try {
      const objective = build(network, rng);
      comparison = objective.comparison;
      const parts = {
        encoder: network.variables,
        ...(comparison === undefined ? {} : { comparison: comparisonWeights(comparison) }),
      };
      const variables = joinVariables(parts);
      setInputStatistics(network, source);
      await trainLoop<Tensor4D>({
        task,
        variables,
        trainable: trainableVariables({ variables }),
        steps: settings.episodes,
        prepare: (_, stepRng) => {
          const drawn = drawEpisode(classes, size, stepRng.fork("episode"), turns);
          const seen = readEpisode(source, drawn, size, turns);
          return settings.views === undefined ? seen : settings.views(seen, stepRng.fork("views"));
        },
        loss: (seen) => {
          const rows = [size.ways * size.shots, size.ways * size.queries];
          const [support, query] = tf.split<Tensor2D>(network.apply(seen, true), rows);
          return objective.loss(support, query, size);
        },
        optimiser: adamW({ weightDecay: settings.weightDecay }),
        schedule: settings.schedule,
        rng: rng.fork("steps"),
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
}

interface Settings {
  readonly source: ImageSet;
  readonly encoder: EncoderSpec;
  readonly size: EpisodeSize;
  readonly episodes: number;
  readonly turns: number;
  readonly weightDecay: number;
  readonly schedule: Schedule;
  readonly views?: Augmentation;
}

/** Episodes after which the step size is halved. */
const halvedEvery = 2000;

function readSettings(options: EpisodicOptions): Settings {
  const { source, encoder = { conv4: { width: 64 } }, episodes = 1000 } = options;
  const { ways = 20, shots = 1, queries = 5, turnsAsClasses = false } = options;
  const { learningRate = 1e-3, weightDecay = 0, schedule = "halving" } = options;
  checkInteger("episodes", episodes, { min: 1 });
  checkNumber("learningRate", learningRate, { min: 0, aboveMin: true });
  checkNumber("weightDecay", weightDecay, { min: 0 });
  checkOneOf("schedule", schedule, episodicSchedules);
  if (turnsAsClasses && source.shape[0] !== source.shape[1]) {
    throw new InputError({
      got: `turnsAsClasses for images of ${source.shape[0]} x ${source.shape[1]} pixels`,
      expected: "square images, which keep their shape",
      todo: "Leave turnsAsClasses out, or cut the images to squares.",
    });
  }
  return {
    source,
    encoder,
    size: { ways, shots, queries },
    episodes,
    turns: turnsAsClasses ? 4 : 1,
    weightDecay,
    schedule:
      schedule === "cosine"
        ? warmupCosine({ learningRate, totalSteps: episodes })
        : (step) => learningRate / 2 ** Math.floor(step / halvedEvery),
    ...(options.views === undefined ? {} : { views: options.views }),
  };
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
