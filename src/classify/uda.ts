import {
  define,
  option,
  tf,
  type Classify,
  type OptionTable,
  type Scalar,
  type Tensor,
  type Tensor2D,
} from "../core";
import { consistency } from "../losses";
import { scoreTogether, shareAbove } from "./scoringNetwork";
import {
  semiSupervised,
  semiSupervisedOptions,
  strongOptions,
  type SemiSupervisedOptions,
  type StrongOptions,
} from "./semiSupervised";

const annealings = ["none", "linear", "log", "exp"] as const;

/** How fast labelled images that are known well already come back into the loss. */
export type SignalAnnealing = (typeof annealings)[number];

/** Options of unsupervised data augmentation. */
export interface UdaOptions extends SemiSupervisedOptions, StrongOptions {
  /** Unlabelled images in a step for each of `batchSize`; all of them if there are fewer. @default 7 */
  readonly unlabelledRatio?: number;
  /** Images whose largest probability, before sharpening, is below this have no say, in [0,1]. @default 0.8 */
  readonly threshold?: number;
  /** Divides the scores of the weakly changed images, above 0; below 1 it sharpens. @default 0.4 */
  readonly temperature?: number;
  /** Weight of the unlabelled images' loss, at least 0. @default 1 */
  readonly weight?: number;
  /**
   * Training signal annealing: a labelled image counts while its class is less probable than a bound that rises from 1/classes to 1; "log" rises early, "exp"
   * late. @default "none"
   */
  readonly annealing?: SignalAnnealing;
}

const definition = define("uda", 2, {
  ...semiSupervisedOptions({ unlabelledRatio: 7 }),
  ...strongOptions(),
  threshold: option.share({ default: 0.8, search: { among: [0.6, 0.7, 0.8, 0.9] } }),
  temperature: option.positive({ default: 0.4, search: { log: [0.2, 1] } }),
  weight: option.weight({ default: 1, search: { log: [0.3, 3] } }),
  annealing: option.choice(annealings, { default: "none" }),
} satisfies OptionTable<UdaOptions>);

/**
 * Unsupervised data augmentation: the probabilities of a weakly changed unlabelled image, sharpened, are what the same image strongly changed shall
 * have. Cross-entropy, which is the paper's divergence but for a constant; the mean is over all unlabelled images of the step. One pass for all
 * images of a step, so that batch norm sees them together.
 * @throws InputError if the encoder has no weights, a class has no label, or an option is out of range
 * @see Xie et al. 2020, arXiv:1904.12848
 */
export function uda(given: UdaOptions = {}): Classify {
  const resolved = definition.resolve(given);
  const { threshold, temperature, weight, annealing } = resolved.options;
  return semiSupervised({
    task: "UDA",
    ...resolved,
    second: "strong",
    chooses: true,
    build: ({ student, steps }) => ({
      targets: (_, step) => ({
        bound: tf.scalar(annealedBound(annealing, step / steps, student.classes)),
      }),
      loss: ({ labelled, labels, first, second }, { bound }) => {
        const [labelledLogits, weak, strong] = scoreTogether(student, labelled, first, second);
        const off = consistency(strong, weak, { measure: "crossEntropy", temperature, threshold });
        return {
          loss: annealedCrossEntropy(labelledLogits, labels, annealing === "none" ? 1 : bound).add(
            off.mul(weight),
          ),
          accepted: shareAbove(weak, threshold),
        };
      },
    }),
  });
}
uda.definition = definition;

/** The probability from which on a labelled image does not count, at a share of the training in [0,1]. */
export function annealedBound(annealing: SignalAnnealing, done: number, classes: number): number {
  const rise = {
    none: 1,
    linear: done,
    log: 1 - Math.exp(-5 * done),
    exp: Math.exp(5 * (done - 1)),
  }[annealing];
  return rise * (1 - 1 / classes) + 1 / classes;
}

/** Mean cross-entropy of the images whose class is less probable than a bound, 1 for all; 0 if there is none. [n,c], [n,c], scalar -> scalar */
export function annealedCrossEntropy(
  scores: Tensor2D,
  labels: Tensor2D,
  bound: Tensor | 1,
): Scalar {
  return tf.tidy(() => {
    const logProbability = tf.logSoftmax(scores).mul(labels).sum(1);
    // A probability rounds to 1, so that a bound of 1 must not be compared with.
    if (bound === 1) return logProbability.mean<Scalar>().neg();
    // Not `less`, which has no gradient in TensorFlow.js, not even that of 0.
    const counts = tf.sub(1, logProbability.exp().greaterEqual(bound).toFloat());
    return logProbability.mul(counts).sum().neg().div<Scalar>(counts.sum().maximum(1));
  });
}
