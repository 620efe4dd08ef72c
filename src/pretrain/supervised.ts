import {
  define,
  InputError,
  joinVariables,
  known,
  labelledIndices,
  option,
  readBatch,
  labelRows,
  subset,
  trainableVariables,
  type Augmentation,
  type ImageSet,
  type OptionTable,
  type Pretrain,
} from "../core";
import { mild, viewsFor, viewsOption } from "../augment";
import { crossEntropy } from "../losses";
import {
  buildNetwork,
  encoderFrom,
  encoderOption,
  linear,
  setInputStatistics,
  type EncoderSpec,
} from "../nets";
import { adamW, batches, identify, trainLoop, warmupCosine } from "../train";
import { defaultEncoder } from "./defaultEncoder";
import { checkChannels, sourceOption } from "./source";

/** Options of supervised pretraining: what is learnt from another set's labels. */
export interface SupervisedOptions {
  /** Labelled images of another set, with as many channels; its labels are not counted as the study's. */
  readonly source: ImageSet;
  /** @default a ResNet of depth 10 and width 8 */
  readonly encoder?: EncoderSpec;
  /** Passes over the labelled images of the source. @default 60 */
  readonly epochs?: number;
  /** @default 128, or all labelled images if there are fewer */
  readonly batchSize?: number;
  /** Largest step size of AdamW, reached after a tenth of the steps. @default 1e-3 */
  readonly learningRate?: number;
  /** @default 0.05 */
  readonly weightDecay?: number;
  /** What makes each step's images. @default shifted by up to an eighth, mirrored where the source says that this keeps its classes */
  readonly views?: Augmentation;
}

const definition = define("supervised", 2, {
  source: sourceOption(),
  encoder: encoderOption(defaultEncoder),
  epochs: option.count({ default: 60 }),
  batchSize: option.integer({ min: 2, default: 128 }),
  learningRate: option.positive({ default: 1e-3, search: { log: [3e-4, 0.03] } }),
  weightDecay: option.weight({ default: 0.05, search: { log: [1e-3, 0.3] } }),
  views: viewsOption(() => mild.views()),
} satisfies OptionTable<SupervisedOptions>);

/**
 * Supervised pretraining on another set: a network learns the source's classes, and leaves its last layer behind. Afterwards it takes the mean and
 * spread of the images it is for, so that the two sets may have other units.
 * @throws InputError if the source has fewer than two classes with labels, or other channels, or an option is out of range
 */
export function supervised(given: SupervisedOptions): Pretrain {
  const { options, settings } = definition.resolve(given);
  const { source, encoder, epochs, batchSize, learningRate, weightDecay } = options;
  const views = viewsFor(options.views, source);
  const labelled = subset(source, labelledIndices(source));
  checkClasses(labelled);
  const pretrain: Pretrain = async (images, rng, on) => {
    checkChannels(images, source);
    const network = buildNetwork(encoder, source.shape, rng.fork("weights"));
    const head = linear(
      { inputDim: network.dim, outputDim: source.classNames.length },
      rng.fork("head"),
    );
    const order = batches({ count: labelled.ids.length, batchSize, rng: rng.fork("order") });
    const steps = epochs * order.stepsPerEpoch;
    const variables = joinVariables({ encoder: network, head });
    try {
      setInputStatistics(network, labelled);
      await trainLoop({
        task: "supervised pretraining",
        variables,
        trainable: trainableVariables({ variables }),
        steps,
        prepare: (step, stepRng) => {
          const indices = order.at(step);
          const seen = views(readBatch(labelled, indices), stepRng.fork("views"));
          return { seen, labels: labelRows(labelled, indices) };
        },
        loss: ({ seen, labels }) =>
          crossEntropy(head.apply(network.apply(seen, true), true), labels),
        optimiser: adamW({ weightDecay }),
        schedule: warmupCosine({
          learningRate,
          warmupSteps: Math.floor(steps / 10),
          totalSteps: steps,
        }),
        rng: rng.fork("steps"),
        identity: identify(settings, images, on),
        on,
      });
      setInputStatistics(network, images);
      return encoderFrom(network);
    } catch (error) {
      network.dispose();
      throw error;
    } finally {
      head.dispose();
    }
  };
  return known(pretrain, settings);
}
supervised.definition = definition;

function checkClasses(labelled: ImageSet): void {
  const classes = new Set(labelled.labels).size;
  if (classes >= 2) return;
  throw new InputError({
    got: `${classes} labelled classes in the source "${labelled.name}"`,
    expected: "at least two",
    todo: "Give a set with labels.",
  });
}
