import * as fs from "node:fs";
import * as path from "node:path";
import type { Progress } from "../core";
import { configureFor } from "./configureFor";
import { openJob } from "./openJob";
import type { Plan } from "./plan";
import { openStore } from "./store/store";
import { studyStatus } from "./studyStatus";
import { timeWork } from "./work/timeWork";

/** What a plan would do. */
export interface DryRun {
  readonly trials: number;
  readonly openTrials: number;
  readonly openComparisons: number;
  readonly openEncoders: number;
  /** Seconds of pretraining in one process, from the pace of some steps. */
  readonly pretrainingSeconds: number;
  /** The same of trials and comparisons; from those that are done, where every method has some. */
  readonly trialSeconds: number;
  /** Megabytes that the folder would grow by, from what its files take now; NaN where there are none. */
  readonly megabytes: number;
}

/**
 * Opens a plan's images, writes down what there is to do, and does none of it but for some steps of each kind, to tell how long
 * it takes: a second or two for each method and budget.
 * @throws InputError as `runPlan` does before its first step
 */
export async function dryRun(plan: Plan, out: string, on: Progress = {}): Promise<DryRun> {
  configureFor(plan);
  const store = openStore(out);
  store.claims.close();
  const { job } = await openJob(plan, store, on);
  const { trials, done, comparisons, encoders, secondsLeft } = studyStatus(out);
  const times = await timeWork(
    job,
    {
      isOpen: ({ key }) => !store.has(key) && store.failure(key) === undefined,
      isEncoderOpen: (key) => !fs.existsSync(store.encoderFile(key)),
    },
    on,
  );
  const openTrials = trials - done;
  const openComparisons = comparisons.all - comparisons.done;
  const openEncoders = encoders.all - encoders.done;
  const records = meanSize(path.join(out, "records"));
  const networks = openEncoders === 0 ? 0 : meanSize(path.join(out, "encoders"));
  const bytes = (openTrials + openComparisons) * records + openEncoders * networks;
  return {
    ...{ trials, openTrials, openComparisons, openEncoders },
    pretrainingSeconds: times.pretraining,
    trialSeconds: Number.isFinite(secondsLeft) ? secondsLeft : times.trials,
    megabytes: bytes / 1e6,
  };
}

/** Mean size of the files in a folder, in bytes; NaN without any. */
function meanSize(folder: string): number {
  if (!fs.existsSync(folder)) return NaN;
  const sizes = fs.readdirSync(folder).map((name) => fs.statSync(path.join(folder, name)).size);
  return sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
}
