import { checkInteger, checkNumber, tf, type Augmentation, type Classify } from "../core";
import { crossEntropy } from "../losses";
import { adamW, batches, trainLoop, warmupCosine } from "../train";
import { onlyLabelled } from "./labelled";
import { checkLayerRates, withLayerRates, type LayerRateOptions } from "./layerRates";
import { readBatch, scoringClassifier, scoringNetwork, shiftsAndFlips } from "./scoringNetwork";

/** How a network and its last layer are trained on the labelled images. */
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

/**
 * Trains the whole network with a linear layer on top on the labelled images, with augmentation. On a network without
 * pretraining this is the supervised baseline.
 * @throws InputError if the encoder has no weights or no such layer, no image is labelled, or an option is out of range
 */
export function fineTune(options: FineTuneOptions = {}): Classify {
  const { epochs = 60, minSteps = 200, batchSize = 64 } = options;
  const { learningRate = 1e-3, weightDecay = 0.05 } = options;
  checkInteger("epochs", epochs, { min: 1 });
  checkInteger("minSteps", minSteps, { min: 0 });
  checkInteger("batchSize", batchSize, { min: 1 });
  checkNumber("learningRate", learningRate, { min: 0, aboveMin: true });
  checkNumber("weightDecay", weightDecay, { min: 0 });
  checkLayerRates(options);
  return async (encoder, train, rng, on) => {
    const known = onlyLabelled(train);
    const model = scoringNetwork(encoder, train.classNames.length, rng.fork("head"));
    const views = options.views ?? shiftsAndFlips(train.shape);
    const order = batches({ count: known.ids.length, batchSize, rng: rng.fork("order") });
    const steps = Math.max(minSteps, epochs * order.stepsPerEpoch);
    try {
      await trainLoop({
        task: "fine-tuning",
        variables: model.variables,
        trainable: model.trainable,
        steps,
        prepare: (step, stepRng) =>
          tf.tidy(() => views(readBatch(known, order.at(step)), stepRng.fork("views"))),
        loss: (batch, step) => {
          const labels = Int32Array.from(order.at(step), (i) => known.labels[i]);
          return crossEntropy(model.apply(batch, true), tf.tensor1d(labels, "int32"));
        },
        optimiser: withLayerRates(adamW({ weightDecay }), model.network, options),
        schedule: warmupCosine({
          learningRate,
          warmupSteps: Math.floor(steps / 10),
          totalSteps: steps,
        }),
        rng: rng.fork("steps"),
        on,
      });
    } catch (error) {
      model.dispose();
      throw error;
    }
    return scoringClassifier(model);
  };
}
