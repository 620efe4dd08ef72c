import { tf, type Tensor, type Tensor1D, type Variable } from "../core";

/** Binds an update rule to the variables it will change. */
export type Optimiser = (variables: ReadonlyMap<string, Variable>) => BoundOptimiser;

/** An update rule with its memory. */
export interface BoundOptimiser {
  /** What it remembers between steps, by stable name: belongs in a checkpoint. */
  readonly state: ReadonlyMap<string, Variable>;
  /** Changes every variable once by the gradient of the same name. */
  step(gradients: ReadonlyMap<string, Tensor>, learningRate: number): void;
  dispose(): void;
}

/**
 * Whether weight decay applies: to weights, but not to what norm layers and biases have, which are vectors.
 * @see Chen et al. 2020, arXiv:2002.05709, appendix B.9
 */
export function decays(variable: Variable): boolean {
  return variable.rank > 1;
}

/** A vector of zeros to remember something in. [size] */
export function zeros(size: number): Variable & Tensor1D {
  return tf.tidy(() => tf.variable(tf.zeros([size]), false)) as Variable & Tensor1D;
}
