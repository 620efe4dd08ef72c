import type { Tensor, Variable } from "../core";

/** Binds an update rule to the variables it will change. */
export type Optimiser = (variables: ReadonlyMap<string, Variable>) => BoundOptimiser;

/** An update rule with its memory. */
export interface BoundOptimiser {
  /** What it remembers between steps, by stable name: belongs in a checkpoint. */
  readonly state: ReadonlyMap<string, Variable>;
  /** What a step reads or replaces beside `state` and the variables. */
  readonly memory: readonly Variable[];
  /** Makes what the next step needs of numbers, and counts it; so that a step itself does the same each time. */
  numbers(learningRate: number): readonly Tensor[];
  /** Changes every variable once by the gradient of the same name. */
  step(gradients: ReadonlyMap<string, Tensor>, numbers: readonly Tensor[]): void;
  /** Whether a step would go its usual way: no one else has changed a variable since the last one. */
  usual(): boolean;
  /** To be called after variables, `state` and `memory` were assigned what a step would have assigned. */
  assigned(): void;
  dispose(): void;
}

/**
 * Whether weight decay applies: to weights, but not to what norm layers and biases have, which are vectors.
 * @see Chen et al. 2020, arXiv:2002.05709, appendix B.9
 */
export function decays(variable: Variable): boolean {
  return variable.rank > 1;
}
