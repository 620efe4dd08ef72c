import { createRng, type ImageSet, type Method, type Progress } from "../core";
import { keepClasses } from "./keepClasses";
import { drawLadder } from "./ladder";
import { runTrials } from "./runTrials";
import { splitImages, type SplitSpec } from "./split";
import type { TrialRecord } from "./store";

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
}

/**
 * Runs a study in memory: every method on the same label draws, one encoder for each pretraining. For one that is kept
 * on disk and resumes, see `runPlan`.
 * @throws InputError of the first trial that could not be done, or if the split or a budget does not fit the images
 */
export async function run(options: RunOptions, on: Progress = {}): Promise<TrialRecord[]> {
  const { images, labelsPerClass = [1, 2, 5, 10, 20, 50], draws = 5, seed = 1 } = options;
  const { test, testGroups, adaptGroups } = options;
  const rng = createRng(seed);
  const spec = pickDefined({ test, testGroups, adaptGroups });
  const split = splitImages(images, spec, rng.fork("split"), options.transductive);
  const budget = Math.max(...labelsPerClass);
  const ladders = Array.from({ length: draws }, (_, draw) =>
    drawLadder(images, split, budget, rng.fork("label draw").fork(String(draw))),
  );
  const settings = {
    labelsPerClass,
    allLabels: options.allLabels ?? false,
    draws,
    pretrainings: options.pretrainings ?? 1,
    seed,
  };
  const { results, failures } = await runTrials(
    keepClasses(images, split).set,
    { split, ladders },
    options.methods,
    settings,
    undefined,
    on,
  );
  const failed = failures[0];
  if (failed !== undefined) throw failed.error;
  return [...results];
}

function pickDefined(spec: SplitSpec): SplitSpec {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
}
