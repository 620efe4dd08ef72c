import { tf, type Tensor, type Variable } from "../core";

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

/** One zero for every value of every variable, under "name.suffix". */
export function zerosLike(
  variables: ReadonlyMap<string, Variable>,
  suffix: string,
): Map<string, Variable> {
  return new Map(
    Array.from(variables, ([name, variable]) => [
      `${name}.${suffix}`,
      tf.tidy(() => tf.variable(tf.zeros(variable.shape), false)),
    ]),
  );
}
