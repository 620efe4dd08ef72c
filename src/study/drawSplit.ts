import { createRng, type ImageSet, type LabelCounting } from "../core";
import { drawLadder, type Ladder } from "./ladder";
import { splitImages, type Split, type SplitSpec } from "./split";

/** How a study splits its images and draws its labels. */
export interface DrawSplitOptions {
  /** None takes the set's own parts. */
  readonly split?: SplitSpec | undefined;
  readonly labelsPerClass: readonly number[];
  /** How budgets count labels. @default "perClass" */
  readonly counting?: LabelCounting | undefined;
  readonly draws: number;
  readonly seed: number;
  /** Whether pretraining may see the test images, without labels. @default false */
  readonly transductive?: boolean | undefined;
}

/** A split and the label draws made on it. */
export interface DrawnSplit {
  readonly split: Split;
  readonly ladders: readonly Ladder[];
}

/**
 * Splits a set and draws which images are labelled, the same for the same seed.
 * @throws InputError if the split or a budget does not fit the images
 */
export function drawSplit(set: ImageSet, options: DrawSplitOptions): DrawnSplit {
  const { labelsPerClass, counting, draws, seed, transductive } = options;
  const rng = createRng(seed);
  const split = splitImages(set, options.split, rng.fork("split"), transductive);
  const budget = Math.max(...labelsPerClass);
  const ladders = Array.from({ length: draws }, (_, draw) =>
    drawLadder(set, split, budget, rng.fork("label draw").fork(String(draw)), counting),
  );
  return { split, ladders };
}
