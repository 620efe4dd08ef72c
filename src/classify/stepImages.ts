import {
  tf,
  type Augmentation,
  type ImageSet,
  type Rng,
  type Tensor1D,
  type Tensor4D,
} from "../core";
import type { Batches } from "../train";
import { readBatch, shiftsAndFlips } from "./scoringNetwork";
import { strongViews } from "./strongViews";

/** The images of one step. */
export type StepImages = {
  /** Weakly changed. [b,h,w,c] */
  readonly labelled: Tensor4D;
  /** Class indices. [b] int32 */
  readonly labels: Tensor1D;
  /** Weakly changed. [u,h,w,c] */
  readonly first: Tensor4D;
  /** The same images as `first`, changed once more, as the method says. [u,h,w,c] */
  readonly second: Tensor4D;
  /** Which images of the pool these are. [u] int32 */
  readonly indices: Tensor1D;
};

/** The images that steps are drawn from, and in which order. */
export interface ImageSources {
  readonly known: ImageSet;
  readonly knownOrder: Batches;
  readonly pool: ImageSet;
  readonly poolOrder: Batches;
}

/** How the images of a step are changed. */
export interface ImageChanges {
  readonly weak?: Augmentation;
  readonly strong?: Augmentation;
  /** How `second` is made of the images of `first`. */
  readonly second: "weak" | "strong" | "same";
}

/** Makes what draws the images of each step. */
export function drawImages(
  changes: ImageChanges,
  { known, knownOrder, pool, poolOrder }: ImageSources,
): (step: number, rng: Rng) => StepImages {
  const [height, width, channels] = pool.shape;
  const weak = changes.weak ?? shiftsAndFlips(pool.shape);
  const strong = changes.strong ?? strongViews({ channels, size: Math.min(height, width) });
  return (step, rng) => {
    const chosen = knownOrder.at(step);
    const indices = poolOrder.at(step);
    const plain = readBatch(pool, indices);
    const first = weak(plain, rng.fork("first"));
    const again = rng.fork("second");
    return {
      labelled: weak(readBatch(known, chosen), rng.fork("labelled")),
      labels: tf.tensor1d(
        Int32Array.from(chosen, (i) => known.labels[i]),
        "int32",
      ),
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
