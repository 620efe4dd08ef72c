import { tf, type Scalar, type Tensor2D } from "../core";
import { checkPair, rowCosines, stopGradient } from "./views";

/**
 * SimSiam, one direction: minus the cosine of the prediction p of one view and the projection z of the other. Nothing flows back into z. The
 * paper takes the mean of both directions. [n,d], [n,d] -> scalar
 * @throws InputError if shapes differ
 * @see Chen & He 2021, arXiv:2011.10566, equations 1 and 3
 */
export function simSiam(p: Tensor2D, z: Tensor2D): Scalar {
  checkPair(p, z);
  return tf.tidy(() => rowCosines(p, stopGradient(z)).mean<Scalar>().neg());
}
