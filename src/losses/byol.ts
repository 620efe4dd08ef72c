import { tf, type Scalar, type Tensor2D } from "../core";
import { checkPair, rowCosines, stopGradient } from "./views";

/**
 * BYOL, one direction: squared distance of the student's prediction p from the teacher's projection z, both of length 1, that is 2 - 2 cos.
 * Nothing flows back into z. The paper adds both directions; lightly's loss lacks the constant 2. [n,d], [n,d] -> scalar
 * @throws InputError if shapes differ
 * @see Grill et al. 2020, arXiv:2006.07733, equation 2
 */
export function byol(p: Tensor2D, z: Tensor2D): Scalar {
  checkPair(p, z);
  return tf.tidy(() => tf.sub<Scalar>(2, rowCosines(p, stopGradient(z)).mean().mul(2)));
}
