import { setImmediate } from "node:timers/promises";
import {
  StoppedError,
  tf,
  type HasVariables,
  type Progress,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from "../core";
import { momentum } from "./kernels";

/** What has batch norm and can be run in training mode. */
interface Normed extends HasVariables {
  apply(images: Tensor4D, training: boolean): Tensor2D;
}

/** Which images the statistics are made of. */
export interface RecomputeOptions {
  /** How many batches, at least 1. */
  readonly passes: number;
  /** Makes the images of a pass, counted from 0. Called inside tf.tidy. [b,h,w,c] */
  readonly batch: (pass: number) => Tensor4D;
  readonly on?: Progress;
}

/**
 * Sets a network's running statistics to the plain mean of those of some batches. Averaged weights need it: what their layers give is not the average of
 * what the layers of the averaged weights gave.
 * @throws StoppedError if `on.signal` says so
 * @see Izmailov et al. 2018, arXiv:1803.05407, section 3.3
 */
export async function recomputeStatistics(
  network: Normed,
  { passes, batch, on = {} }: RecomputeOptions,
): Promise<void> {
  const statistics = Array.from(network.variables)
    .filter(([name]) => /(^|\.)running_(mean|var)$/.test(name))
    .map(([, variable]) => variable);
  let sums: Tensor[] = statistics.map((variable) => tf.zerosLike(variable));
  try {
    for (let pass = 0; pass < passes; pass++) {
      if (on.signal?.aborted === true) throw new StoppedError();
      const next = tf.tidy(() => {
        // From zero, a pass leaves its batch's own statistics, times the share that a batch has in the running ones.
        for (const variable of statistics) variable.assign(tf.zerosLike(variable));
        network.apply(batch(pass), true);
        return statistics.map((variable, i) => sums[i].add(variable));
      });
      tf.dispose(sums);
      sums = next;
      await setImmediate();
    }
    tf.tidy(() => {
      statistics.forEach((variable, i) => variable.assign(sums[i].div(momentum * passes)));
    });
  } finally {
    tf.dispose(sums);
  }
}
