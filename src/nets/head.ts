import type { Tensor2D, Variable } from "../core";

/** A small network on vectors, such as a projector or the last layer of a classifier. */
export interface Head {
  /** Weights and running statistics, by stable name, in a stable order. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** `training` uses batch statistics and updates the running ones. [b,inputDim] -> [b,outputDim] */
  apply(x: Tensor2D, training: boolean): Tensor2D;
  dispose(): void;
}
