import {
  checkInteger,
  checkNumber,
  tf,
  type Augmentation,
  type Classify,
  type Tensor2D,
} from "../core";
import { photo } from "../augment";
import { supCon as supConLoss } from "../losses";
import { encoderFrom, projector, trainableVariables } from "../nets";
import { batches, joinVariables, sgd, trainLoop, warmupCosine } from "../train";
import { checkEveryClass, onlyLabelled } from "./labelled";
import { logisticRegression } from "./logisticRegression";
import { readBatch, trainableCopy } from "./scoringNetwork";

/** Everything that supervised contrast may be told. */
export interface SupConOptions {
  /** Passes over the labelled images. @default 100 */
  readonly epochs?: number;
  /** With very few images an epoch is one step; at least so many steps are made. @default 200 */
  readonly minSteps?: number;
  /** Labelled images in a step, each with two views. @default 128, or all labelled images if there are fewer */
  readonly batchSize?: number;
  /** Largest step size of SGD with momentum 0.9, reached after a tenth of the steps. @default 0.05 */
  readonly learningRate?: number;
  /** @default 1e-4, the official code's */
  readonly weightDecay?: number;
  /** Divides the cosines, above 0. @default 0.1, the official code's for CIFAR */
  readonly temperature?: number;
  /** Width of the projector's hidden layer. @default the encoder's */
  readonly hiddenDim?: number;
  /** Length of what is compared. @default 128 */
  readonly outputDim?: number;
  /** What makes a view of an image. @default augment.photo.views for the images' channels */
  readonly views?: Augmentation;
}

/**
 * Supervised contrast: the encoder is trained so that views of images of one class are alike, on the labelled images alone; then a logistic regression on
 * its frozen embeddings tells classes. Batch norm sees both views together; the projector is two layers without batch norm on its output.
 * @throws InputError if the encoder has no weights, a class has no label, or an option is out of range
 * @see Khosla et al. 2020, arXiv:2004.11362
 */
export function supCon(options: SupConOptions = {}): Classify {
  const { epochs = 100, minSteps = 200, batchSize = 128, learningRate = 0.05 } = options;
  const { weightDecay = 1e-4, temperature = 0.1, outputDim = 128 } = options;
  for (const [name, value] of Object.entries({ epochs, batchSize, outputDim }))
    checkInteger(name, value, { min: 1 });
  checkInteger("minSteps", minSteps, { min: 0 });
  if (options.hiddenDim !== undefined) checkInteger("hiddenDim", options.hiddenDim, { min: 1 });
  checkNumber("learningRate", learningRate, { min: 0, aboveMin: true });
  checkNumber("weightDecay", weightDecay, { min: 0 });
  checkNumber("temperature", temperature, { min: 0, aboveMin: true });
  return async (encoder, train, rng, on) => {
    const known = onlyLabelled(train);
    checkEveryClass(known);
    const network = trainableCopy(encoder);
    const hiddenDim = options.hiddenDim ?? network.dim;
    const head = projector(
      { inputDim: network.dim, hiddenDim, outputDim, finalNorm: false },
      rng.fork("projector"),
    );
    const views = options.views ?? photo.views({ channels: train.shape[2] });
    const order = batches({ count: known.ids.length, batchSize, rng: rng.fork("order") });
    const steps = Math.max(minSteps, epochs * order.stepsPerEpoch);
    const learnt = encoderFrom(network);
    try {
      await trainLoop({
        task: "SupCon",
        variables: joinVariables({ encoder: network.variables, projector: head.variables }),
        trainable: joinVariables({
          encoder: trainableVariables(network),
          projector: trainableVariables(head),
        }),
        steps,
        prepare: (step, stepRng) => {
          const images = readBatch(known, order.at(step));
          return views(tf.concat([images, images]), stepRng.fork("views"));
        },
        loss: (both, step) => {
          const labels = Int32Array.from(order.at(step), (i) => known.labels[i]);
          const projected = head.apply(network.apply(both, true), true);
          const [a, b] = tf.split(projected, 2) as [Tensor2D, Tensor2D];
          return supConLoss(a, b, { labels: tf.tensor1d(labels, "int32"), temperature });
        },
        optimiser: sgd({ momentum: 0.9, weightDecay }),
        schedule: warmupCosine({
          learningRate,
          warmupSteps: Math.floor(steps / 10),
          totalSteps: steps,
        }),
        rng: rng.fork("steps"),
        on,
      });
      const linear = await logisticRegression()(learnt, known, rng.fork("linear"));
      return {
        predict: (images) => linear.predict(images),
        dispose: () => {
          linear.dispose();
          learnt.dispose();
        },
      };
    } catch (error) {
      learnt.dispose();
      throw error;
    } finally {
      head.dispose();
    }
  };
}
