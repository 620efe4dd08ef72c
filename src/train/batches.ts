import { checkInteger, type Rng } from "../core";

/** Which images each step takes. */
export interface BatchesOptions {
  /** Images to go through, at least 1. */
  readonly count: number;
  /** Images in a step, at least 1. */
  readonly batchSize: number;
  readonly rng: Rng;
}

/** The images of every step of a training, which can be asked for in any order. */
export interface Batches {
  readonly stepsPerEpoch: number;
  /** Indices of the images of a step, counted from 0 over all epochs. */
  readonly at: (step: number) => Int32Array;
}

/**
 * Goes through all images in random order, in a new order each epoch. The last images of an epoch that do not fill a batch are left out, so that
 * every step has as many; if there are fewer than one batch, a step takes all.
 * @throws InputError if a number is out of range
 */
export function batches({ count, batchSize, rng }: BatchesOptions): Batches {
  checkInteger("count", count, { min: 1 });
  checkInteger("batchSize", batchSize, { min: 1 });
  const size = Math.min(count, batchSize);
  const stepsPerEpoch = Math.floor(count / size);
  let last: { readonly epoch: number; readonly order: Int32Array } | undefined;
  return {
    stepsPerEpoch,
    at: (step) => {
      const epoch = Math.floor(step / stepsPerEpoch);
      if (last?.epoch !== epoch) {
        last = { epoch, order: rng.fork(`epoch ${epoch}`).permutation(count) };
      }
      const from = (step % stepsPerEpoch) * size;
      return last.order.slice(from, from + size);
    },
  };
}
