import type { ImageSet, LabelCounting, Method, Progress } from "../core";
import type { ResultMetric } from "../metrics";
import { drawSplit } from "./drawSplit";
import { keepClasses } from "./keepClasses";
import type { SplitSpec } from "./split";
import type { TrialRecord } from "./store/record";
import { openStore } from "./store/store";
import { planUnits } from "./work/planUnits";
import { outcomesOf, work } from "./work/work";

/** A study in a cell: images, budgets and methods as functions. */
export interface RunOptions extends SplitSpec {
  readonly images: ImageSet;
  readonly methods: readonly Method[];
  /** Label budgets, each at least 1: of each class, unless `counting` says otherwise. @default [1, 2, 5, 10, 20, 50] */
  readonly labelsPerClass?: readonly number[];
  /** How budgets count labels. @default "perClass" */
  readonly counting?: LabelCounting;
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
  const { allLabels = false, pretrainings = 1, counting } = options;
  const split = { test, testGroups, adaptGroups };
  const drawn = drawSplit(images, { split, labelsPerClass, counting, draws, seed, transductive });
  const { set } = keepClasses(images, drawn.split);
  const settings = { labelsPerClass, counting, allLabels, draws, pretrainings, seed };
  const units = planUnits(set, drawn, methods, settings);
  const store = out === undefined ? undefined : openStore(out);
  const metric: ResultMetric = "balancedAccuracy";
  const job = { set, drawn, units, settings, metric, store };
  store?.clearFailures();
  try {
    await work(job, on);
  } finally {
    store?.claims.close();
  }
  const outcomes = outcomesOf(job);
  return units.flatMap(({ key }) => {
    const outcome = outcomes.get(key);
    if (outcome !== undefined && "failed" in outcome) throw outcome.failed;
    return outcome ?? [];
  });
}
