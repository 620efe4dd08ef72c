import type { ImageSet, Method, Progress } from "../core";
import { drawSplit } from "./drawSplit";
import { keepClasses } from "./keepClasses";
import { runTrials } from "./runTrials";
import type { SplitSpec } from "./split";
import { openStore, type TrialRecord } from "./store";

/** A study in a cell: images, budgets and methods as functions. */
export interface RunOptions extends SplitSpec {
  readonly images: ImageSet;
  readonly methods: readonly Method[];
  /** Label budgets, each at least 1. @default [1, 2, 5, 10, 20, 50] */
  readonly labelsPerClass?: readonly number[];
  /** How many times the labelled images are drawn. @default 5 */
  readonly draws?: number;
  /** @default 1 */
  readonly seed?: number;
  /** Also with every label of the pool, once. @default false */
  readonly allLabels?: boolean;
  /** Independent pretrainings that the draws take turns with. @default 1 */
  readonly pretrainings?: number;
  /** Whether pretraining may see the test images, without labels. @default false */
  readonly transductive?: boolean;
  /**
   * Folder to keep the records in, so that the cell goes on where it was stopped, or shows what is there. A method made of a function of your own, such
   * as `views: (images, rng) => ...`, does not know its settings: it is computed on every run, and its records say so. @default nothing is kept
   */
  readonly out?: string;
}

/**
 * Runs a study: every method on the same label draws, one encoder for each pretraining.
 * @throws InputError of the first trial that could not be done, or if the split or a budget does not fit the images
 */
export async function run(options: RunOptions, on: Progress = {}): Promise<TrialRecord[]> {
  const { images, methods, labelsPerClass = [1, 2, 5, 10, 20, 50], draws = 5, seed = 1 } = options;
  const { test, testGroups, adaptGroups, transductive, out } = options;
  const { allLabels = false, pretrainings = 1 } = options;
  const split = { test, testGroups, adaptGroups };
  const drawn = drawSplit(images, { split, labelsPerClass, draws, seed, transductive });
  const { results, failures } = await runTrials(
    keepClasses(images, drawn.split).set,
    drawn,
    methods,
    { labelsPerClass, allLabels, draws, pretrainings, seed },
    out === undefined ? undefined : openStore(out),
    on,
  );
  const failed = failures[0];
  if (failed !== undefined) throw failed.error;
  return [...results];
}
