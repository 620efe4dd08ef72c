import type { Progress, Result } from "../core";
import { configureFor } from "./configureFor";
import { EarlyWorkers } from "./executors/earlyWorkers";
import { workInProcesses } from "./executors/processes";
import { openJob } from "./openJob";
import type { Plan } from "./plan";
import { redrawnResults } from "./redrawnResults";
import { resultNotes } from "./resultNotes";
import type { TrialRecord } from "./store/record";
import { openStore, type Store } from "./store/store";
import { readStudy } from "./studyFolder";
import { writeReport, type Report } from "./writeReport";
import { describeUnit, type Unit } from "./work/planUnits";
import { outcomesOf, work, type Failure, type Job, type Share } from "./work/work";

/** Where a study's records go, and who does the work. */
export interface RunPlanOptions {
  /** Output folder; made if need be. */
  readonly out: string;
  /** Folder that studies share encoders in. @default the folder `encoders` in `out` */
  readonly encoders?: string | undefined;
  /** Processes that work at the trials, each with the threads that the plan says. @default 1, this one */
  readonly workers?: number | undefined;
  /** Begin at a part, and do what is left of the others': for several processes, of one or many machines, that are started on one folder by hand. */
  readonly share?: Share | undefined;
}

/** What a study gave, and the files it left. */
export interface StudyOutcome<Of extends Result = TrialRecord> extends Report {
  readonly results: readonly Of[];
  readonly failures: readonly Failure[];
  /** Trials that were done before this run. */
  readonly found: number;
  readonly folder: string;
  /** What to know of the records in the folder, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Runs what a plan asks for and is not done yet, then writes tables and figure. Several processes may run the same plan in the same folder at the same
 * time; each trial is done by one of them.
 * @throws InputError if the data cannot be read, a class has too few images, the folder cannot be written, or it is another study's
 */
export async function runPlan(
  plan: Plan,
  { out, encoders, workers = 1, share }: RunPlanOptions,
  on: Progress = {},
): Promise<StudyOutcome> {
  configureFor(plan);
  const store = openStore(out, { encoders });
  const early = workers > 1 ? new EarlyWorkers({ plan, out, encoders, workers }, on) : undefined;
  try {
    await early?.haveRead();
    const { job, notes } = await openJob(plan, store, on, early);
    const before = new Set(store.keys());
    const found = job.units.filter(({ key }) => before.has(key)).length;
    // What failed may go well now; unless others are at it, who would be told that they failed and did not.
    if (share === undefined && store.claims.held().size === 0) store.clearFailures();
    const hands = Math.min(workers, job.units.length - found);
    if (early !== undefined && hands > 1) {
      await workInProcesses(job, { plan, out, encoders, workers: hands }, early, on);
    } else {
      await early?.end();
      await work(job, on, share);
    }
    const { results, failures } = gather(job, store);
    const told = [...notes, ...resultNotes(plan, results)];
    const report = await writeReport(out, plan, told, results);
    return { ...report, results, failures, found, folder: out, notes: folderNotes(job, store) };
  } finally {
    await early?.end();
    store.claims.close();
  }
}

/**
 * Draws a finished study's table and figure again from its records.
 * @throws InputError if the folder holds no study, or a record is missing
 */
export async function redraw(folder: string): Promise<StudyOutcome<Result>> {
  const results = redrawnResults(folder);
  const { plan, notes } = readStudy(folder);
  const earlier = results.some((result) => !("key" in result && "recall" in result));
  const told = earlier ? notes : [...notes, ...resultNotes(plan, results as TrialRecord[])];
  const report = await writeReport(folder, plan, told, results);
  const found = results.length;
  return { ...report, results, failures: [], found, folder, notes: [] };
}

/** What the trials of a job gave, in their order. */
function gather(
  job: Job,
  store: Store,
): { readonly results: TrialRecord[]; readonly failures: Failure[] } {
  const known = outcomesOf(job);
  const results: TrialRecord[] = [];
  const failures: Failure[] = [];
  for (const unit of job.units) {
    const outcome = known.get(unit.key) ?? store.read(unit.key);
    if (outcome !== undefined && !("failed" in outcome)) results.push(outcome);
    else failures.push({ trial: describeUnit(unit), error: errorOf(unit, outcome, store) });
  }
  return { results, failures };
}

function errorOf(unit: Unit, outcome: { readonly failed: Error } | undefined, store: Store): Error {
  if (outcome !== undefined) return outcome.failed;
  const mark = store.failure(unit.key);
  if (mark === undefined) return new Error("It was left undone.");
  return new Error(mark.log === undefined ? mark.message : `${mark.message}\n${mark.log}`);
}

/** What of the folder is not of this run, and what of this run is not in the folder. */
function folderNotes({ units }: Job, store: Store): string[] {
  const own = new Set(units.flatMap(({ key, search }) => [key, ...(search?.units ?? []).map((unit) => unit.key)])); // prettier-ignore
  const others = store.keys().filter((key) => !own.has(key)).length;
  const unnamed = [...new Set(units.filter(({ known }) => !known).map(({ method }) => method))];
  return [
    ...store.asides,
    ...unnamed.map(
      (name) =>
        `${name}: made of a function that does not know its settings, so its trials are not kept and are computed on every run.`,
    ),
    ...(others === 0
      ? []
      : [
          `${others} ${others === 1 ? "record" : "records"} of other settings or an earlier version lie in the folder; they were left alone and not taken.`,
        ]),
  ];
}
