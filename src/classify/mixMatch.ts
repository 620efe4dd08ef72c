import {
  define,
  option,
  tf,
  type Classify,
  type OptionTable,
  type Rng,
  type Scalar,
  type Tensor2D,
  type Tensor4D,
} from "../core";
import { crossEntropy } from "../losses";
import { trainingPass } from "../nets";
import { linearRamp, rampOptions, type RampOptions } from "./ramp";
import {
  semiSupervised,
  semiSupervisedOptions,
  type SemiSupervisedOptions,
} from "./semiSupervised";

/** Options of MixMatch. */
export interface MixMatchOptions extends SemiSupervisedOptions, RampOptions {
  /** Divides the logarithm of guessed probabilities, T, above 0; below 1 it sharpens. @default 0.5 */
  readonly temperature?: number;
  /** Both parameters of the beta distribution of shares, alpha, above 0. @default 0.75 */
  readonly alpha?: number;
  /** Weight of the unlabelled images' loss at its full height, lambda, at least 0. @default 20, for trainings of some hundred steps; the paper's 75 */
  readonly weight?: number;
  /** Share of the training in which the weight rises evenly from 0, in [0,1]. @default 1, as the official code's first 2^20 images */
  readonly ramp?: number;
}

const definition = define("mixMatch", 2, {
  ...semiSupervisedOptions(),
  ...rampOptions({ weight: 20, ramp: 1 }),
  temperature: option.positive({ default: 0.5, search: { log: [0.2, 1] } }),
  alpha: option.positive({ default: 0.75, search: { among: [0.25, 0.5, 0.75, 1] } }),
} satisfies OptionTable<MixMatchOptions>);

/**
 * MixMatch: the label of an unlabelled image is guessed as the sharpened mean over two weak changes of it; then labelled and unlabelled images, with their
 * labels, are mixed with random others of the step. Cross-entropy for what is mostly labelled, mean squared difference of probabilities over images and classes for the
 * rest. Batch norm: one pass for the guesses, one for all mixed images together. Optimiser and rate are those of FixMatch.
 * @throws InputError if the encoder has no weights, a class has no label, or an option is out of range
 * @see Berthelot et al. 2019, arXiv:1905.02249, algorithm 1 and equations 2 to 11
 */
export function mixMatch(given: MixMatchOptions = {}): Classify {
  const resolved = definition.resolve(given);
  const { temperature, alpha, weight, ramp } = resolved.options;
  return semiSupervised({
    task: "MixMatch",
    ...resolved,
    second: "weak",
    build: ({ student, steps }) => {
      const pass = trainingPass(student);
      return {
        targets: ({ labelled, labels, first, second }, step, rng) => {
          const views = tf.concat([first, second]);
          const guessed = guessLabels(pass.apply(views), temperature);
          const images = tf.concat([labelled, views]);
          const rows = tf.concat([labels, guessed, guessed]);
          const n = images.shape[0];
          const other = tf.tensor1d(rng.fork("partner").permutation(n), "int32");
          const shares = Float32Array.from({ length: n }, () => mixingShare(alpha, rng));
          return {
            mixed: mixRows(images, tf.gather(images, other), shares),
            mixedLabels: mixRows(rows, tf.gather(rows, other), shares),
            now: tf.scalar(weight * linearRamp(step, steps, ramp)),
          };
        },
        loss: ({ labels }, { mixed, mixedLabels, now }) => {
          const scores = student.apply(mixed as Tensor4D, true);
          const cut = [labels.shape[0], scores.shape[0] - labels.shape[0]];
          const [labelledLogits, guessed] = tf.split<Tensor2D>(scores, cut);
          const [labelledTargets, guessedLabels] = tf.split<Tensor2D>(mixedLabels, cut);
          const off = squaredDifference(guessed, guessedLabels);
          return { loss: crossEntropy(labelledLogits, labelledTargets).add(off.mul(now)) };
        },
        dispose: pass.dispose,
      };
    },
  });
}
mixMatch.definition = definition;

/** Mean probabilities of two changes of each image, sharpened. All first changes, then all second ones. [2n,c] -> [n,c] */
export function guessLabels(scores: Tensor2D, temperature: number): Tensor2D {
  return tf.tidy(() => {
    const [a, b] = tf.split(tf.softmax(scores), 2);
    const mean = a.add(b).div(2);
    const powers = mean.pow(1 / temperature);
    return powers.div(powers.sum(1, true));
  });
}

/** Mean over images and classes of the squared difference of probabilities. [n,c], [n,c] -> scalar */
export function squaredDifference(scores: Tensor2D, probabilities: Tensor2D): Scalar {
  return tf.tidy(() => tf.softmax(scores).sub(probabilities).square().mean<Scalar>());
}

/** share * a + (1 - share) * b, with a share for each row. */
export function mixRows<T extends Tensor2D | Tensor4D>(a: T, b: T, shares: Float32Array): T {
  return tf.tidy(() => {
    const share = tf.tensor(shares, [shares.length, ...a.shape.slice(1).map(() => 1)]);
    return a.mul(share).add(b.mul(tf.sub(1, share)));
  });
}

/** A draw from the beta distribution with equal parameters, or 1 minus it, whichever is larger: in [0.5,1]. */
function mixingShare(alpha: number, rng: Rng): number {
  const [a, b] = [gamma(alpha, rng), gamma(alpha, rng)];
  // Both are 0 only where alpha is tiny, and then a share is almost surely 0 or 1.
  return a + b > 0 ? Math.max(a, b) / (a + b) : 1;
}

/**
 * A draw from the gamma distribution of scale 1.
 * @see Marsaglia & Tsang 2000, ACM Trans. Math. Softw. 26, 363
 */
export function gamma(shape: number, rng: Rng): number {
  if (shape < 1) return gamma(shape + 1, rng) * rng.uniform() ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = rng.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - rng.uniform()) < (x * x) / 2 + d * (1 - v + Math.log(v)))
      return d * v;
  }
}
