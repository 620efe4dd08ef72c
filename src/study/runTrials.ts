import { InputError, StoppedError, type ImageSet, type Method, type Progress } from "../core";
import type { DrawnSplit } from "./drawSplit";
import { describeTrial, planTrials, type PlannedTrial, type TrialSettings } from "./planTrials";
import { runTrial } from "./runTrial";
import type { Store, TrialRecord } from "./store";
import { trainEncoder, type TrainedEncoder } from "./trainedEncoder";

/** A trial that could not be done, and why. */
export interface Failure {
  readonly trial: string;
  readonly error: InputError;
}

/** What a study gave. */
export interface TrialResults {
  /** In the order of methods, budgets and draws. */
  readonly results: readonly TrialRecord[];
  readonly failures: readonly Failure[];
  /** How many of the results were there before. */
  readonly found: number;
  /** What a reader must know of what was kept, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Runs what is not done yet: one encoder for each pretraining, used by every budget, draw and classifier on it. A trial
 * whose input is wrong is told among the failures, and the others go on.
 */
export async function runTrials(
  set: ImageSet,
  drawn: DrawnSplit,
  methods: readonly Method[],
  settings: TrialSettings,
  store?: Store,
  on: Progress = {},
): Promise<TrialResults> {
  const trials = planTrials(set, drawn, methods, settings);
  const records = new Map<string, TrialRecord>();
  for (const { key, known } of trials) {
    const record = known ? store?.read(key) : undefined;
    if (record !== undefined) records.set(key, record);
  }
  const found = records.size;
  const failures: Failure[] = [];
  const report = (trial?: PlannedTrial): void =>
    on.report?.({
      task: trial === undefined ? "study" : `study: ${describeTrial(trial)}`,
      done: records.size + failures.length,
      total: trials.length,
      unit: "trial",
    });
  const fail = (trial: PlannedTrial, error: unknown): void => {
    if (!(error instanceof InputError)) throw error;
    failures.push({ trial: describeTrial(trial), error });
  };
  report();
  for (const group of groupBy(trials, (trial) => trial.encoderKey).values()) {
    const open = group.filter((trial) => !records.has(trial.key));
    if (open.length === 0) continue;
    report(open[0]);
    let trained: TrainedEncoder;
    try {
      trained = await trainEncoder(set, drawn, open[0], settings, store, on);
    } catch (error) {
      for (const trial of open) fail(trial, error);
      continue;
    }
    try {
      for (const trial of open) {
        if (on.signal?.aborted === true) throw new StoppedError();
        report(trial);
        try {
          records.set(trial.key, await runTrial(set, drawn, trial, trained, settings, store, on));
        } catch (error) {
          fail(trial, error);
        }
      }
    } finally {
      trained.encoder.dispose();
    }
  }
  report();
  const results = trials.flatMap(({ key }) => records.get(key) ?? []);
  return { results, failures, found, notes: store === undefined ? [] : unkept(trials, store) };
}

/** What of the folder is not of this run, and what of this run is not in the folder. */
function unkept(trials: readonly PlannedTrial[], store: Store): string[] {
  const own = new Set(trials.map(({ key }) => key));
  const others = store.keys().filter((key) => !own.has(key)).length;
  const unnamed = [
    ...new Set(trials.filter(({ known }) => !known).map(({ method }) => method.name)),
  ];
  return [
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

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const list = groups.get(key(item));
    if (list === undefined) groups.set(key(item), [item]);
    else list.push(item);
  }
  return groups;
}
