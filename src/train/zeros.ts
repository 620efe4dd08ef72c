import { tf, type Tensor1D, type Variable } from "../core";

/** A vector of zeros to remember something in. [size] */
export function zeros(size: number): Variable & Tensor1D {
  return tf.tidy(() => tf.variable(tf.zeros([size]), false)) as Variable & Tensor1D;
}
