import {
  labelRows,
  readBatch,
  tf,
  type Augmentation,
  type ImageSet,
  type Rng,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
} from "../core";
import type { Batches } from "../train";

/** The images of one step. */
export type StepImages = {
  /** Weakly changed. [b,h,w,c] */
  readonly labelled: Tensor4D;
  /** A row a label: 1 at its class. [b,classes] */
  readonly labels: Tensor2D;
  /** Weakly changed. [u,h,w,c] */
  readonly first: Tensor4D;
  /** The same images as `first`, changed once more, as the method says. [u,h,w,c] */
  readonly second: Tensor4D;
  /** Which images of the pool these are. [u] int32 */
  readonly indices: Tensor1D;
};

/** The images that steps are drawn from, and in which order. */
export interface ImageSources {
  readonly labelled: ImageSet;
  readonly labelledOrder: Batches;
  readonly pool: ImageSet;
  readonly poolOrder: Batches;
}

/** How the images of a step are changed. */
export interface ImageChanges {
  readonly weak: Augmentation;
  /** Where `second` is made by it. */
  readonly strong?: Augmentation | undefined;
  /** How `second` is made of the images of `first`. */
  readonly second: "weak" | "strong" | "same";
}

/** Makes what draws the images of each step. */
export function drawImages(
  changes: ImageChanges,
  { labelled, labelledOrder, pool, poolOrder }: ImageSources,
): (step: number, rng: Rng) => StepImages {
  const { weak, strong = weak } = changes;
  return (step, rng) => {
    const chosen = labelledOrder.at(step);
    const indices = poolOrder.at(step);
    const plain = readBatch(pool, indices);
    const first = weak(plain, rng.fork("first"));
    const again = rng.fork("second");
    return {
      labelled: weak(readBatch(labelled, chosen), rng.fork("labelled")),
      labels: labelRows(labelled, chosen),
      first,
      second:
        changes.second === "same"
          ? first
          : changes.second === "weak"
            ? weak(plain, again)
            : strong(weak(plain, again), again),
      indices: tf.tensor1d(indices, "int32"),
    };
  };
}
