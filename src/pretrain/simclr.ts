import {
  checkInteger,
  checkNumber,
  InputError,
  tf,
  type Augmentation,
  type ImageSet,
  type Pretrain,
  type Rng,
  type Scalar,
  type Tensor2D,
  type Tensor4D,
} from "../core";
import { photo } from "../augment";
import { ntXent } from "../losses";
import {
  buildNetwork,
  encoderFrom,
  projector,
  setInputStatistics,
  trainableVariables,
  type EncoderSpec,
} from "../nets";
import { batches, joinVariables, sgd, trainLoop, warmupCosine } from "../train";
import { defaultEncoder } from "./defaultEncoder";

/** Everything that SimCLR may be told; the defaults suit some thousand small images on a small machine. */
export interface SimclrOptions {
  /** What makes two views of one image. @default augment.photo.views for the images' channels */
  readonly views?: Augmentation;
  /** @default a ResNet of depth 10 and width 8 */
  readonly encoder?: EncoderSpec;
  /** Softness of the contrast, above 0. @default 0.5 */
  readonly temperature?: number;
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
  /** Width of the projector's hidden layer. @default the encoder's */
  readonly hiddenDim?: number;
  /** Length of what the contrast is taken on. @default 128 */
  readonly outputDim?: number;
}

/**
 * SimCLR: pulls two views of one image together and pushes all others away. SGD with momentum 0.9 and a cosine schedule.
 * @throws InputError if there are fewer than two images, or an option is out of range
 * @see Chen et al. 2020, arXiv:2002.05709
 */
export function simclr(options: SimclrOptions = {}): Pretrain {
  const { encoder = defaultEncoder, temperature = 0.5, epochs = 100, batchSize = 128 } = options;
  const { learningRate = 0.06, warmupEpochs = 0, weightDecay = 5e-4, outputDim = 128 } = options;
  checkNumber("temperature", temperature, { min: 0, aboveMin: true });
  checkInteger("epochs", epochs, { min: 1 });
  checkInteger("batchSize", batchSize, { min: 2 });
  checkNumber("learningRate", learningRate, { min: 0, aboveMin: true });
  return async (images, rng, on) => {
    const count = images.ids.length;
    checkEnough(images);
    const views = options.views ?? photo.views({ channels: images.shape[2] });
    const network = buildNetwork(encoder, images.shape, rng.fork("weights"));
    setInputStatistics(network, images);
    const head = projector(
      {
        inputDim: network.dim,
        hiddenDim: options.hiddenDim ?? network.dim,
        outputDim,
      },
      rng.fork("projector"),
    );
    const order = batches({ count, batchSize: Math.min(batchSize, count), rng: rng.fork("order") });
    const steps = epochs * order.stepsPerEpoch;
    try {
      await trainLoop({
        task: "SimCLR",
        variables: joinVariables({ encoder: network.variables, projector: head.variables }),
        trainable: joinVariables({
          encoder: trainableVariables(network),
          projector: trainableVariables(head),
        }),
        steps,
        prepare: (step, stepRng) => twoViews(images, order.at(step), views, stepRng),
        loss: (both): Scalar => {
          const embedded = head.apply(network.apply(both, true), true);
          const [a, b] = tf.split(embedded, 2) as [Tensor2D, Tensor2D];
          return ntXent(a, b, { temperature });
        },
        optimiser: sgd({ momentum: 0.9, weightDecay }),
        schedule: warmupCosine({
          learningRate: (learningRate * Math.min(batchSize, count)) / 128,
          warmupSteps: warmupEpochs * order.stepsPerEpoch,
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
      head.dispose();
    }
  };
}

/** Two views of each image: all first views, then all second ones. [2b,h,w,c] */
function twoViews(images: ImageSet, indices: Int32Array, views: Augmentation, rng: Rng): Tensor4D {
  return tf.tidy(() => {
    const [h, w, c] = images.shape;
    const batch = tf.tensor4d(images.pixels.read(indices), [indices.length, h, w, c]);
    return views(tf.concat([batch, batch]), rng.fork("views"));
  });
}

function checkEnough(images: ImageSet): void {
  if (images.ids.length >= 2) return;
  throw new InputError({
    got: `${images.ids.length} images to pretrain on`,
    expected: "at least two, since each is contrasted with the others",
    todo: "Give more unlabelled images.",
  });
}
