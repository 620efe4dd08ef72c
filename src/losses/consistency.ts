import { checkNumber, checkOneOf, tf, type Scalar, type Tensor, type Tensor2D } from "../core";
import { checkPair, stopGradient } from "./views";

/** How far a student may be from its teacher. */
export interface ConsistencyOptions {
  /**
   * "meanSquare": mean over images and classes of the squared difference of probabilities (Pi-model, Mean Teacher, MixMatch);
   * "crossEntropy": of the student's probabilities against the teacher's (FixMatch, UDA but for a constant). @default "meanSquare"
   */
  readonly measure?: "meanSquare" | "crossEntropy";
  /** Divides the teacher's scores, above 0; below 1 it sharpens. @default 1 */
  readonly temperature?: number;
  /** Whether the teacher's most probable class counts as certain: a pseudo-label. @default false */
  readonly hard?: boolean;
  /** Images whose largest probability, before sharpening, is below this count 0; the mean is still over all images. In [0,1]. @default 0 */
  readonly threshold?: number;
}

/**
 * What a student's class scores are off a teacher's for the same images. Nothing flows back into the teacher. [n,c], [n,c] -> scalar
 * @throws InputError if shapes differ, or an option is out of range
 * @see Tarvainen & Valpola 2017, arXiv:1703.01780; Sohn et al. 2020, arXiv:2001.07685, equation 4; Xie et al. 2020, arXiv:1904.12848
 */
export function consistency(
  student: Tensor2D,
  teacher: Tensor2D,
  options: ConsistencyOptions = {},
): Scalar {
  const { measure = "meanSquare", temperature = 1, hard = false, threshold = 0 } = options;
  checkOneOf("measure", measure, ["meanSquare", "crossEntropy"]);
  checkNumber("temperature", temperature, { min: 0, aboveMin: true });
  checkNumber("threshold", threshold, { min: 0, max: 1 });
  checkPair(student, teacher);
  return tf.tidy(() => {
    const scores = stopGradient(teacher);
    const target: Tensor = hard
      ? tf.oneHot(scores.argMax(1), scores.shape[1]).toFloat()
      : tf.softmax(scores.div<Tensor2D>(temperature));
    const perImage =
      measure === "meanSquare"
        ? tf.softmax(student).sub(target).square().mean(1)
        : target.mul(tf.logSoftmax(student)).sum(1).neg();
    if (threshold === 0) return perImage.mean<Scalar>();
    const certain = tf.softmax(scores).max(1).greaterEqual(threshold).toFloat();
    return perImage.mul(certain).mean<Scalar>();
  });
}
