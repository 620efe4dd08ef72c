import {
  checkInteger,
  checkNumber,
  InputError,
  labelledIndices,
  subset,
  tf,
  type Augmentation,
  type ImageSet,
  type Pretrain,
} from "../core";
import { crossEntropy } from "../losses";
import {
  buildNetwork,
  encoderFrom,
  linear,
  setInputStatistics,
  trainableVariables,
  type EncoderSpec,
} from "../nets";
import { adamW, batches, joinVariables, trainLoop, warmupCosine } from "../train";
import { checkChannels } from "./checkSource";
import { defaultEncoder } from "./defaultEncoder";
import { mildViews } from "./mildViews";

/** What is learnt from another set's labels. */
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
  /** What makes each step's images. @default mirrored in half of the cases, shifted by up to an eighth */
  readonly views?: Augmentation;
}

/**
 * Supervised pretraining on another set: a network learns the source's classes, and leaves its last layer behind. Afterwards it takes the mean and
 * spread of the images it is for, so that the two sets may have other units.
 * @throws InputError if the source has fewer than two classes with labels, or other channels, or an option is out of range
 */
export function supervised(options: SupervisedOptions): Pretrain {
  const { source, encoder = defaultEncoder, epochs = 60, batchSize = 128 } = options;
  const { learningRate = 1e-3, weightDecay = 0.05 } = options;
  checkInteger("epochs", epochs, { min: 1 });
  checkInteger("batchSize", batchSize, { min: 2 });
  checkNumber("learningRate", learningRate, { min: 0, aboveMin: true });
  checkNumber("weightDecay", weightDecay, { min: 0 });
  const known = subset(source, labelledIndices(source));
  checkClasses(known);
  return async (images, rng, on) => {
    checkChannels(images, source);
    const views = options.views ?? mildViews(source);
    const network = buildNetwork(encoder, source.shape, rng.fork("weights"));
    const head = linear(
      { inputDim: network.dim, outputDim: source.classNames.length },
      rng.fork("head"),
    );
    const order = batches({ count: known.ids.length, batchSize, rng: rng.fork("order") });
    const steps = epochs * order.stepsPerEpoch;
    try {
      setInputStatistics(network, known);
      await trainLoop({
        task: "supervised pretraining",
        variables: joinVariables({ encoder: network.variables, head: head.variables }),
        trainable: joinVariables({
          encoder: trainableVariables(network),
          head: trainableVariables(head),
        }),
        steps,
        prepare: (step, stepRng) => {
          const indices = order.at(step);
          const shape = [indices.length, ...known.shape] as [number, number, number, number];
          const labels = Int32Array.from(indices, (i) => known.labels[i]);
          return {
            seen: views(tf.tensor4d(known.pixels.read(indices), shape), stepRng.fork("views")),
            labels: tf.tensor1d(labels, "int32"),
          };
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
}

function checkClasses(known: ImageSet): void {
  const classes = new Set(known.labels).size;
  if (classes >= 2) return;
  throw new InputError({
    got: `${classes} labelled classes in the source "${known.name}"`,
    expected: "at least two",
    todo: "Give a set with labels.",
  });
}
