import { checkNumber, tf, type Scalar, type Tensor, type Tensor2D } from "../core";
import { checkPair, offDiagonal } from "./views";

/** How VICReg weighs its three terms. */
export interface VicregOptions {
  /** Weight of the distance between views, at least 0. @default 25 */
  readonly invariance?: number;
  /** Weight of a spread below 1, at least 0. @default 25 */
  readonly variance?: number;
  /** Weight of what different outputs share, at least 0. @default 1 */
  readonly covariance?: number;
}

/** Keeps the root of a variance of 0 differentiable; the paper's. */
const epsilon = 1e-4;

/**
 * VICReg: views close together, each output with a spread of at least 1, outputs uncorrelated. As the official code and lightly: the variance
 * term is halved, which solo-learn does not do. [n,d], [n,d] -> scalar
 * @throws InputError if shapes differ, there are fewer than two rows, or a weight is negative
 * @see Bardes, Ponce & LeCun 2022, arXiv:2105.04906, equations 1 to 6
 */
export function vicreg(a: Tensor2D, b: Tensor2D, options: VicregOptions = {}): Scalar {
  const { invariance = 25, variance = 25, covariance = 1 } = options;
  checkNumber("invariance", invariance, { min: 0 });
  checkNumber("variance", variance, { min: 0 });
  checkNumber("covariance", covariance, { min: 0 });
  checkPair(a, b, 2);
  return tf.tidy(() => {
    const distance = a.sub(b).square().mean();
    const [ca, cb] = [a.sub<Tensor2D>(a.mean(0)), b.sub<Tensor2D>(b.mean(0))];
    const hinges = hinge(ca).add(hinge(cb)).div(2);
    const shared = sharedVariance(ca).add(sharedVariance(cb));
    return distance.mul(invariance).add(hinges.mul(variance)).add<Scalar>(shared.mul(covariance));
  });
}

/** By how much the outputs' spread falls short of 1, on average. [n,d], centred -> scalar */
function hinge(centred: Tensor2D): Tensor {
  const n = centred.shape[0];
  const deviation = centred
    .square()
    .sum(0)
    .div(n - 1)
    .add(epsilon)
    .sqrt();
  return tf.relu(tf.sub(1, deviation)).mean();
}

/** Sum of squared covariances of different outputs, over their number. [n,d], centred -> scalar */
function sharedVariance(centred: Tensor2D): Tensor {
  const [n, d] = centred.shape;
  const covariance = tf.matMul(centred, centred, true).div(n - 1);
  return covariance.mul(offDiagonal(d)).square().sum().div(d);
}
