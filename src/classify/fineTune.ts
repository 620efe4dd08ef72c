import {
  define,
  known,
  option,
  readBatch,
  readLabels,
  tf,
  type Augmentation,
  type Classify,
  type OptionTable,
} from "../core";
import { mild, viewsOption } from "../augment";
import { crossEntropy } from "../losses";
import { adamW, batches, identify, trainLoop, warmupCosine } from "../train";
import { onlyLabelled } from "./labelled";
import { layerRateOptions, withLayerRates, type LayerRateOptions } from "./layerRates";
import { scoringClassifier, scoringNetwork } from "./scoringNetwork";

/** Options of fine-tuning: how a network and its last layer are trained on the labelled images. */
export interface FineTuneOptions extends LayerRateOptions {
  /** Passes over the labelled images; fixed, so that no test or validation image chooses. @default 60 */
  readonly epochs?: number;
  /** With very few images an epoch is one step; at least so many steps are made. @default 200 */
  readonly minSteps?: number;
  /** @default 64, or all labelled images if there are fewer */
  readonly batchSize?: number;
  /**
   * Largest step size of AdamW, reached after a tenth of the steps. Suits pretrained weights; a small network from random ones may learn far
   * more in as many steps with 0.01 to 0.03, so try some on images that are not the test's. @default 1e-3
   */
  readonly learningRate?: number;
  /** @default 0.05 */
  readonly weightDecay?: number;
  /** What makes each step's images. @default flips and shifts by up to an eighth of the image */
  readonly views?: Augmentation;
}

const definition = define("fineTune", 1, {
  ...layerRateOptions(),
  epochs: option.count({ default: 60 }),
  minSteps: option.integer({ min: 0, default: 200 }),
  batchSize: option.count({ default: 64 }),
  learningRate: option.positive({ default: 1e-3 }),
  weightDecay: option.weight({ default: 0.05 }),
  views: viewsOption(() => mild.views()),
} satisfies OptionTable<FineTuneOptions>);

/**
 * Trains the whole network with a linear layer on top on the labelled images, with augmentation. On a network without
 * pretraining this is the supervised baseline.
 * @throws InputError if the encoder has no weights or no such layer, no image is labelled, or an option is out of range
 */
export function fineTune(given: FineTuneOptions = {}): Classify {
  const { options, settings } = definition.resolve(given);
  const { epochs, minSteps, batchSize, learningRate, weightDecay, views } = options;
  const classify: Classify = async (encoder, train, rng, on) => {
    const labelled = onlyLabelled(train);
    const model = scoringNetwork(encoder, train.classNames.length, rng.fork("head"));
    const order = batches({ count: labelled.ids.length, batchSize, rng: rng.fork("order") });
    const steps = Math.max(minSteps, epochs * order.stepsPerEpoch);
    try {
      await trainLoop({
        task: "fine-tuning",
        variables: model.variables,
        trainable: model.trainable,
        steps,
        prepare: (step, stepRng) =>
          tf.tidy(() => views(readBatch(labelled, order.at(step)), stepRng.fork("views"))),
        loss: (batch, step) =>
          crossEntropy(model.apply(batch, true), readLabels(labelled, order.at(step))),
        optimiser: withLayerRates(adamW({ weightDecay }), model.network, options),
        schedule: warmupCosine({
          learningRate,
          warmupSteps: Math.floor(steps / 10),
          totalSteps: steps,
        }),
        rng: rng.fork("steps"),
        identity: identify(settings, train, on),
        on,
      });
    } catch (error) {
      model.dispose();
      throw error;
    }
    return scoringClassifier(model);
  };
  return known(classify, settings);
}
fineTune.definition = definition;
