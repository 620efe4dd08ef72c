import { repeatedWork, type Tensor2D, type Tensor4D, type Variable } from "../core";

/** What a training pass goes through. */
export interface PassedThrough {
  /** Weights and running statistics. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** [n,h,w,c] -> [n,d] */
  readonly apply: (images: Tensor4D, training: boolean) => Tensor2D;
}

/** Passes that update running statistics and have no gradient. */
export interface TrainingPass {
  /** [n,h,w,c] -> [n,d] */
  readonly apply: (images: Tensor4D) => Tensor2D;
  /** Frees what was recorded, and nothing of the network. */
  readonly dispose: () => void;
}

/** Training passes of a network without gradients, such as a teacher's, whose kernels are recorded and repeated. */
export function trainingPass({ variables, apply }: PassedThrough): TrainingPass {
  const pass = repeatedWork({
    state: [...variables.values()],
    work: ([images]) => [apply(images as Tensor4D, true)],
  });
  return { apply: (images) => pass.run([images])[0] as Tensor2D, dispose: pass.dispose };
}
