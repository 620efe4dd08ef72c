import {
  define,
  option,
  tf,
  type Classify,
  type OptionTable,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
} from "../core";
import { crossEntropy } from "../losses";
import { scoreTogether } from "./scoringNetwork";
import {
  semiSupervised,
  semiSupervisedOptions,
  strongOptions,
  type SemiSupervisedOptions,
  type StrongOptions,
} from "./semiSupervised";

/** Options of FlexMatch. */
export interface FlexMatchOptions extends SemiSupervisedOptions, StrongOptions {
  /** Unlabelled images in a step for each of `batchSize`, mu; all of them if there are fewer. @default 7 */
  readonly unlabelledRatio?: number;
  /** The threshold of the class that is learnt best, tau, in [0,1]. @default 0.95 */
  readonly threshold?: number;
  /** Weight of the unlabelled images' loss, lambda, at least 0. @default 1 */
  readonly weight?: number;
}

const definition = define("flexMatch", 2, {
  ...semiSupervisedOptions({ unlabelledRatio: 7 }),
  ...strongOptions(),
  threshold: option.share({ default: 0.95, search: { among: [0.7, 0.8, 0.9, 0.95] } }),
  weight: option.weight({ default: 1, search: { log: [0.3, 3] } }),
} satisfies OptionTable<FlexMatchOptions>);

/**
 * FlexMatch: FixMatch with a threshold for each class, lower the fewer images of the pool were last taken for that class with certainty. Its
 * curriculum warms up with the images that were not yet taken for any class, and the threshold is convex in what was learnt, as in the paper.
 * @throws InputError if the encoder has no weights, a class has no label, or an option is out of range
 * @see Zhang et al. 2021, arXiv:2110.08263, equations 5 to 11
 */
export function flexMatch(given: FlexMatchOptions = {}): Classify {
  const resolved = definition.resolve(given);
  const { threshold, weight } = resolved.options;
  return semiSupervised({
    task: "FlexMatch",
    ...resolved,
    second: "strong",
    chooses: true,
    build: ({ student, poolSize, poolBatch }) => {
      const latest = tf.tidy(() => tf.variable(tf.fill([poolSize], -1), false));
      // What the step's unlabelled images are taken for, and how surely: noted by the loss, looked at after it.
      const [classes, sureness] = tf.tidy(() =>
        [0, 1].map(() => tf.variable(tf.zeros([poolBatch]), false)),
      );
      let indices: ArrayLike<number> = [];
      const thresholds = (): Float32Array =>
        classThresholds(latest.dataSync(), student.classes, threshold);
      return {
        memory: new Map([
          ["latest", latest],
          ["classes", classes],
          ["sureness", sureness],
        ]),
        reads: [classes, sureness],
        keep: () => ({ thresholds: thresholds() }),
        targets: (images) => {
          indices = images.indices.dataSync<"int32">();
          return { bounds: tf.tensor1d(thresholds()) };
        },
        loss: ({ labelled, labels, first, second }, targets) => {
          const bounds = targets["bounds"] as Tensor1D;
          const [labelledLogits, weak, strong] = scoreTogether(student, labelled, first, second);
          const off = flexibleConsistency(strong, weak, bounds);
          classes.assign(weak.argMax<Tensor1D>(1).toFloat());
          sureness.assign(tf.softmax(weak).max<Tensor1D>(1));
          const accepted = certain(weak, bounds).mean<Scalar>();
          return { loss: crossEntropy(labelledLogits, labels).add(off.mul(weight)), accepted };
        },
        afterStep: () => {
          const taken = latest.dataSync<"float32">().slice();
          const [found, sure] = [classes.dataSync(), sureness.dataSync()];
          for (let i = 0; i < indices.length; i++)
            // Where the network is not sure, what an image was taken for before stays.
            if (sure[i] >= threshold) taken[indices[i]] = found[i];
          latest.assign(tf.tensor1d(taken));
        },
      };
    },
  });
}
flexMatch.definition = definition;

/** Threshold of each class, from what each image of the pool was last taken for; -1: for nothing yet. n -> classes */
export function classThresholds(
  latest: ArrayLike<number>,
  classes: number,
  threshold: number,
): Float32Array {
  const counts = new Float32Array(classes);
  let unused = 0;
  for (let i = 0; i < latest.length; i++) {
    if (latest[i] < 0) unused += 1;
    else counts[latest[i]] += 1;
  }
  const most = Math.max(unused, ...counts, 1);
  return counts.map((count) => (threshold * (count / most)) / (2 - count / most));
}

/** 1 for each row whose largest probability reaches its class's threshold, else 0. [n,c], [c] -> [n] */
function certain(scores: Tensor2D, thresholds: Tensor1D): Tensor1D {
  // A product rather than a look-up, which the gradient would stumble over.
  const taken = tf.oneHot(scores.argMax(1).toInt(), scores.shape[1]).toFloat();
  const needed = taken.mul(thresholds).sum<Tensor1D>(1);
  return tf.softmax(scores).max<Tensor1D>(1).greaterEqual<Tensor1D>(needed).toFloat();
}

/**
 * Mean over all images of the cross-entropy of the student with the teacher's class, where the teacher reaches that class's threshold. Nothing flows
 * back into the teacher. [n,c], [n,c], [c] -> scalar
 */
export function flexibleConsistency(
  student: Tensor2D,
  teacher: Tensor2D,
  thresholds: Tensor1D,
): Scalar {
  return tf.tidy(() => {
    // Classes and comparisons have no gradient, so none can reach the teacher.
    const target = tf.oneHot(teacher.argMax(1).toInt(), teacher.shape[1]).toFloat();
    const perImage = target.mul(tf.logSoftmax(student)).sum(1).neg();
    return perImage.mul(certain(teacher, thresholds)).mean<Scalar>();
  });
}
