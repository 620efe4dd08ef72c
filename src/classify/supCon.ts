import {
  define,
  joinVariables,
  known,
  option,
  readBatch,
  readLabels,
  tf,
  trainableVariables,
  type Augmentation,
  type Classify,
  type OptionTable,
  type Tensor2D,
} from "../core";
import { photo, viewsFor, viewsOption } from "../augment";
import { supCon as supConLoss } from "../losses";
import { encoderFrom, projector } from "../nets";
import { batches, identify, sgd, trainLoop, warmupCosine } from "../train";
import { defaultSteps } from "./defaultSteps";
import { checkEveryClass, onlyLabelled } from "./labelled";
import { logisticRegression } from "./logisticRegression";
import { trainableCopy } from "./scoringNetwork";

/** Options of supervised contrast. */
export interface SupConOptions {
  /** Steps in all. @default 1000, as for every classifier that trains a network */
  readonly steps?: number;
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

const definition = define("supCon", 2, {
  steps: option.count({ default: defaultSteps }),
  batchSize: option.count({ default: 128 }),
  learningRate: option.positive({ default: 0.05, search: { log: [0.01, 0.3] } }),
  weightDecay: option.weight({ default: 1e-4 }),
  temperature: option.positive({ default: 0.1, search: { log: [0.05, 0.5] } }),
  hiddenDim: option.count({}),
  outputDim: option.count({ default: 128 }),
  views: viewsOption(() => photo.views()),
} satisfies OptionTable<SupConOptions>);

/**
 * Supervised contrast: the encoder is trained so that views of images of one class are alike, on the labelled images alone; then a logistic regression on
 * its frozen embeddings tells classes. Batch norm sees both views together; the projector is two layers without batch norm on its output.
 * @throws InputError if the encoder has no weights, a class has no label, or an option is out of range
 * @see Khosla et al. 2020, arXiv:2004.11362
 */
export function supCon(given: SupConOptions = {}): Classify {
  const { options, settings } = definition.resolve(given);
  const { steps, batchSize, learningRate, weightDecay, temperature, outputDim } = options;
  const classify: Classify = async (encoder, train, rng, on) => {
    const labelled = onlyLabelled(train);
    checkEveryClass(labelled);
    const network = trainableCopy(encoder);
    const hiddenDim = options.hiddenDim ?? network.dim;
    const head = projector(
      { inputDim: network.dim, hiddenDim, outputDim, finalNorm: false },
      rng.fork("projector"),
    );
    const variables = joinVariables({ encoder: network, projector: head });
    const order = batches({ count: labelled.ids.length, batchSize, rng: rng.fork("order") });
    const views = viewsFor(options.views, train);
    const learnt = encoderFrom(network);
    try {
      await trainLoop({
        task: "SupCon",
        variables,
        trainable: trainableVariables({ variables }),
        steps,
        prepare: (step, stepRng) => {
          const images = readBatch(labelled, order.at(step));
          return {
            both: views(tf.concat([images, images]), stepRng.fork("views")),
            labels: readLabels(labelled, order.at(step)),
          };
        },
        loss: ({ both, labels }) => {
          const projected = head.apply(network.apply(both, true), true);
          const [a, b] = tf.split(projected, 2) as [Tensor2D, Tensor2D];
          return supConLoss(a, b, { labels, temperature });
        },
        optimiser: sgd({ momentum: 0.9, weightDecay }),
        schedule: warmupCosine({
          learningRate,
          warmupSteps: Math.floor(steps / 10),
          totalSteps: steps,
        }),
        rng: rng.fork("steps"),
        identity: identify(settings, train, on),
        on,
      });
      const linear = await logisticRegression()(learnt, labelled, rng.fork("linear"));
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
  return known(classify, settings);
}
supCon.definition = definition;
