import { checkNumber, InputError, tf, type Scalar, type Tensor1D, type Tensor2D } from "../core";
import { checkPair, stopGradient } from "./views";

/** How DINO's teacher is centred and both are sharpened. */
export interface DinoOptions {
  /** Taken off the teacher's scores. [d] */
  readonly centre: Tensor1D;
  /** Divides the student's scores, above 0. @default 0.1 */
  readonly studentTemperature?: number;
  /** Divides the teacher's scores, above 0; smaller than the student's. @default 0.04 */
  readonly teacherTemperature?: number;
}

/**
 * DINO, one direction: cross-entropy of the student's softmax of one view against the teacher's centred and sharpened softmax of the other.
 * Nothing flows back into the teacher. The paper takes the mean over all pairs of different views. [n,d], [n,d] -> scalar
 * @throws InputError if shapes differ, or a temperature is not above 0
 * @see Caron et al. 2021, arXiv:2104.14294, equations 1 to 4
 */
export function dino(student: Tensor2D, teacher: Tensor2D, options: DinoOptions): Scalar {
  const { centre, studentTemperature = 0.1, teacherTemperature = 0.04 } = options;
  checkNumber("studentTemperature", studentTemperature, { min: 0, aboveMin: true });
  checkNumber("teacherTemperature", teacherTemperature, { min: 0, aboveMin: true });
  checkPair(student, teacher);
  if (centre.shape[0] !== teacher.shape[1]) {
    throw new InputError({
      got: `a centre of ${centre.shape[0]} values for scores of ${teacher.shape[1]}`,
      expected: "the same number",
      todo: "Give the mean of this teacher's scores.",
    });
  }
  return tf.tidy(() => {
    const given = stopGradient(teacher).sub<Tensor2D>(centre).div<Tensor2D>(teacherTemperature);
    const target = tf.softmax(given);
    const guess = tf.logSoftmax(student.div<Tensor2D>(studentTemperature));
    return target.mul(guess).sum(1).mean<Scalar>().neg();
  });
}
