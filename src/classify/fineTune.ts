import {
  define,
  known,
  option,
  readBatch,
  labelRows,
  type Augmentation,
  type Classify,
  type OptionTable,
} from "../core";
import { mild, viewsFor, viewsOption } from "../augment";
import { crossEntropy } from "../losses";
import { adamW, batches, identify, trainLoop, warmupCosine } from "../train";
import { defaultSteps } from "./defaultSteps";
import { onlyLabelled } from "./labelled";
import { layerRateOptions, withLayerRates, type LayerRateOptions } from "./layerRates";
import { scoringClassifier, scoringNetwork } from "./scoringNetwork";

/** Options of fine-tuning: how a network and its last layer are trained on the labelled images. */
export interface FineTuneOptions extends LayerRateOptions {
  /** Steps in all; fixed, so that no test or validation image chooses. @default 1000, as for every classifier that trains a network */
  readonly steps?: number;
  /** @default 64, or all labelled images if there are fewer */
  readonly batchSize?: number;
  /**
   * Largest step size of AdamW, reached after a tenth of the steps. Suits small networks and some hundred steps: on other sets than those of our tables two points
   * above 0.01 from scratch, and level with it after pretraining (test/bench/fineTuneDefaults.ts). Large networks with good weights may want 1e-3 or less, so try
   * some on images that are not the test's. @default 0.02
   */
  readonly learningRate?: number;
  /** @default 0.05 */
  readonly weightDecay?: number;
  /** What makes each step's images. @default shifts by up to an eighth of the image, and mirrors where the set says that they keep its classes */
  readonly views?: Augmentation;
}

const definition = define("fineTune", 2, {
  ...layerRateOptions(),
  steps: option.count({ default: defaultSteps }),
  batchSize: option.count({ default: 64 }),
  learningRate: option.positive({ default: 0.02, search: { log: [3e-4, 0.1] } }),
  weightDecay: option.weight({ default: 0.05, search: { log: [1e-3, 0.3] } }),
  views: viewsOption(() => mild.views()),
} satisfies OptionTable<FineTuneOptions>);

/**
 * Trains the whole network with a linear layer on top on the labelled images, with augmentation. On a network without
 * pretraining this is the supervised baseline.
 * @throws InputError if the encoder has no weights or no such layer, no image is labelled, or an option is out of range
 */
export function fineTune(given: FineTuneOptions = {}): Classify {
  const { options, settings } = definition.resolve(given);
  const { steps, batchSize, learningRate, weightDecay } = options;
  const classify: Classify = async (encoder, train, rng, on) => {
    const labelled = onlyLabelled(train);
    const model = scoringNetwork(encoder, train.classNames.length, rng.fork("head"));
    const order = batches({ count: labelled.ids.length, batchSize, rng: rng.fork("order") });
    const views = viewsFor(options.views, train);
    try {
      await trainLoop({
        task: "fine-tuning",
        variables: model.variables,
        trainable: model.trainable,
        steps,
        prepare: (step, stepRng) => ({
          images: views(readBatch(labelled, order.at(step)), stepRng.fork("views")),
          labels: labelRows(labelled, order.at(step)),
        }),
        loss: ({ images, labels }) => crossEntropy(model.apply(images, true), labels),
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
