import { InputError, type ImageSet, type ImageWindow, type Rng } from "../core";
import type { Split } from "./split";

/** The labels of one draw: for each class the images in the order in which they are labelled, so that budgets nest. */
export interface Ladder {
  /** By class index; empty for a class that the pool lacks. */
  readonly byClass: readonly Int32Array[];
}

/**
 * Draws which images are labelled, the same number of each class that the pool has.
 * @throws InputError if a class has fewer images than the largest budget
 */
export function drawLadder(set: ImageSet, split: Split, budget: number, rng: Rng): Ladder {
  const byClass = set.classNames.map((className, c) => {
    const candidates = split.pool.filter((i) => set.labels[i] === c);
    if (candidates.length === 0) return candidates;
    if (candidates.length < budget) {
      throw new InputError({
        got: `class "${className}" with ${candidates.length} images to label and a budget of ${budget} a class`,
        expected: `budgets of at most ${candidates.length}`,
        todo: "Leave the larger budgets out of labelsPerClass, or add images of this class.",
      });
    }
    const order = rng.fork(className).permutation(candidates.length);
    return Int32Array.from(order.subarray(0, budget), (at) => candidates[at]);
  });
  return { byClass };
}

/** The labelled images of a budget; 0 stands for the whole pool. */
export function rung(ladder: Ladder, pool: Int32Array, labelsPerClass: number): Int32Array {
  if (labelsPerClass === 0) return pool;
  return Int32Array.from(
    ladder.byClass.flatMap((images) => [...images.subarray(0, labelsPerClass)]),
  );
}

/**
 * Where a trial is tested: on all test images, or, where labels come from the same images, on those that neither are
 * labelled nor overlap a labelled one.
 */
export function testImages(set: ImageSet, split: Split, labelled: Int32Array): Int32Array {
  if (!split.adapt) return split.test;
  const taken = new Set(labelled);
  return split.test.filter((i) => !taken.has(i) && !labelled.some((j) => overlap(set, i, j)));
}

function overlap(set: ImageSet, i: number, j: number): boolean {
  const { windows } = set;
  if (windows === undefined || set.groups[i] !== set.groups[j]) return false;
  return windowsOverlap(windows[i], windows[j]);
}

function windowsOverlap(a: ImageWindow, b: ImageWindow): boolean {
  const reach = (a.size + b.size) / 2;
  return Math.abs(a.x - b.x) < reach && Math.abs(a.y - b.y) < reach;
}
