import {
  checkInteger,
  checkNumber,
  InputError,
  tf,
  valuesOf,
  type Augmentation,
  type Classifier,
  type Classify,
  type Encoder,
  type ImageSet,
  type Network,
  type Tensor4D,
} from "../core";
import { compose, flip, randomCrop } from "../augment";
import { crossEntropy } from "../losses";
import { linear, trainableVariables, type Head } from "../nets";
import { adamW, batches, joinVariables, trainLoop, warmupCosine } from "../train";
import { onlyLabelled, softmaxRows } from "./labelled";

/** How a network and its last layer are trained on the labelled images. */
export interface FineTuneOptions {
  /** Passes over the labelled images; fixed, so that no test or validation image chooses. @default 60 */
  readonly epochs?: number;
  /** With very few images an epoch is one step; at least so many steps are made. @default 200 */
  readonly minSteps?: number;
  /** @default 64, or all labelled images if there are fewer */
  readonly batchSize?: number;
  /** Largest step size of AdamW, reached after a tenth of the steps. @default 1e-3 */
  readonly learningRate?: number;
  /** @default 0.05 */
  readonly weightDecay?: number;
  /** What makes each step's images. @default flips and shifts by up to an eighth of the image */
  readonly views?: Augmentation;
}

/**
 * Trains the whole network with a linear layer on top on the labelled images, with augmentation. On a network without
 * pretraining this is the supervised baseline.
 * @throws InputError if the encoder has no weights, no image is labelled, or an option is out of range
 */
export function fineTune(options: FineTuneOptions = {}): Classify {
  const { epochs = 60, minSteps = 200, batchSize = 64 } = options;
  const { learningRate = 1e-3, weightDecay = 0.05 } = options;
  checkInteger("epochs", epochs, { min: 1 });
  checkInteger("minSteps", minSteps, { min: 0 });
  checkInteger("batchSize", batchSize, { min: 1 });
  checkNumber("learningRate", learningRate, { min: 0, aboveMin: true });
  return async (encoder, train, rng, on) => {
    const known = onlyLabelled(train);
    const network = trainableCopy(encoder);
    const classes = train.classNames.length;
    const head = linear({ inputDim: network.dim, outputDim: classes }, rng.fork("head"));
    const views = options.views ?? shiftsAndFlips(train.shape);
    const order = batches({ count: known.ids.length, batchSize, rng: rng.fork("order") });
    const steps = Math.max(minSteps, epochs * order.stepsPerEpoch);
    const dispose = (): void => {
      network.dispose();
      head.dispose();
    };
    try {
      await trainLoop({
        task: "fine-tuning",
        variables: joinVariables({ encoder: network.variables, head: head.variables }),
        trainable: joinVariables({
          encoder: trainableVariables(network),
          head: trainableVariables(head),
        }),
        steps,
        prepare: (step, stepRng) =>
          tf.tidy(() => views(readBatch(known, order.at(step)), stepRng.fork("views"))),
        loss: (batch, step) => {
          const labels = Int32Array.from(order.at(step), (i) => known.labels[i]);
          const logits = head.apply(network.apply(batch, true), true);
          return crossEntropy(logits, tf.tensor1d(labels, "int32"));
        },
        optimiser: adamW({ weightDecay }),
        schedule: warmupCosine({
          learningRate,
          warmupSteps: Math.floor(steps / 10),
          totalSteps: steps,
        }),
        rng: rng.fork("steps"),
        on,
      });
    } catch (error) {
      dispose();
      throw error;
    }
    return networkClassifier(network, head, classes, dispose);
  };
}

function trainableCopy(encoder: Encoder): Network {
  const { network } = encoder.clone();
  if (network !== undefined) return network;
  throw new InputError({
    got: "an encoder without weights, such as pixels",
    expected: "one that can be trained, such as pretrain.none() or pretrain.simclr()",
    todo: "Choose another pretraining, or another classifier.",
  });
}

function shiftsAndFlips([height, width]: ImageSet["shape"]): Augmentation {
  const padding = Math.max(1, Math.round(Math.min(height, width) / 8));
  return compose(flip({ horizontal: 0.5 }), randomCrop({ padding }));
}

function readBatch(images: ImageSet, indices: ArrayLike<number>): Tensor4D {
  return tf.tensor4d(images.pixels.read(indices), [indices.length, ...images.shape]);
}

/** Images predicted in one go. */
const predictBatch = 256;

function networkClassifier(
  network: Network,
  head: Head,
  classes: number,
  dispose: () => void,
): Classifier {
  return {
    predict: (images) => {
      const n = images.ids.length;
      const scores = new Float32Array(n * classes);
      for (let from = 0; from < n; from += predictBatch) {
        const count = Math.min(predictBatch, n - from);
        const indices = Int32Array.from({ length: count }, (_, i) => from + i);
        const logits = valuesOf(() =>
          head.apply(network.apply(readBatch(images, indices), false), false),
        );
        scores.set(logits, from * classes);
      }
      return Promise.resolve(softmaxRows(scores, classes));
    },
    dispose,
  };
}
