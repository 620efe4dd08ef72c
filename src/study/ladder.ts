import { InputError, type ImageSet, type ImageWindow, type LabelCounting, type Rng } from "../core";
import type { Split } from "./split";

/** The labels of one draw in the order in which they are given, so that budgets nest: by class, or one list for all. */
export type Ladder =
  | {
      /** By class index; empty for a class that the pool lacks. */
      readonly byClass: readonly Int32Array[];
    }
  | { readonly list: Int32Array };

/**
 * Draws which images are labelled: the same number of each class that the pool has; as evenly over the classes as can be; or as they come.
 * @throws InputError if a class, or the pool, has fewer images than the largest budget
 */
export function drawLadder(
  set: ImageSet,
  split: Split,
  budget: number,
  rng: Rng,
  counting: LabelCounting = "perClass",
): Ladder {
  if (counting === "perClass") return { byClass: drawByClass(set, split, budget, rng) };
  if (budget > split.pool.length) {
    throw new InputError({
      got: `${split.pool.length} images to label and a budget of ${budget} in all`,
      expected: `budgets of at most ${split.pool.length}`,
      todo: "Leave the larger budgets out, or add images.",
    });
  }
  if (counting === "asTheyCome") {
    const order = rng.permutation(split.pool.length).subarray(0, budget);
    return { list: Int32Array.from(order, (at) => split.pool[at]) };
  }
  return { list: drawInTurn(set, split, rng).subarray(0, budget) };
}

function drawByClass(set: ImageSet, split: Split, budget: number, rng: Rng): Int32Array[] {
  return set.classNames.map((className, c) => {
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
}

/** One image of each class after the other, in a new order of the classes each time round, as long as a class has any. */
function drawInTurn(set: ImageSet, split: Split, rng: Rng): Int32Array {
  const left = set.classNames.map((name, c) => {
    const own = split.pool.filter((i) => set.labels[i] === c);
    return Array.from(rng.fork(name).permutation(own.length), (at) => own[at]);
  });
  const list: number[] = [];
  for (let round = 0; list.length < split.pool.length; round++) {
    for (const c of rng.fork(`round ${round}`).permutation(left.length)) {
      const next = left[c].shift();
      if (next !== undefined) list.push(next);
    }
  }
  return Int32Array.from(list);
}

/** The labelled images of a budget; 0 stands for the whole pool. */
export function rung(ladder: Ladder, pool: Int32Array, budget: number): Int32Array {
  if (budget === 0) return pool;
  if ("list" in ladder) return ladder.list.subarray(0, budget);
  return Int32Array.from(ladder.byClass.flatMap((images) => [...images.subarray(0, budget)]));
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
