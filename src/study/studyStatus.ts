import * as fs from "node:fs";
import * as path from "node:path";
import { InputError } from "../core";
import type { Holder } from "./store/claims";
import { openStore, type FailureMark } from "./store/store";
import { readTimings } from "./store/timings";
import { readStudy, type ListedTrial } from "./studyFolder";

/** How far a study is, told from its folder alone. */
export interface StudyStatus {
  readonly name: string;
  readonly trials: number;
  readonly done: number;
  /** Comparisons of settings that the trials wait for, and how many are done. */
  readonly comparisons: { readonly all: number; readonly done: number };
  readonly encoders: { readonly all: number; readonly done: number };
  readonly failures: readonly FailureMark[];
  /** What is worked at now, and by whom. */
  readonly running: readonly { readonly what: string; readonly by: Holder }[];
  /** Seconds that the trials and encoders done have taken, of all processes together. */
  readonly seconds: number;
  /** Rough seconds of work left, from what the done ones took; NaN before there are any. */
  readonly secondsLeft: number;
}

/**
 * Tells how far a study is, without its images: what is done, what failed, who is at what.
 * @throws InputError if the folder holds no study of this version
 */
export function studyStatus(folder: string): StudyStatus {
  const { plan, trials } = listedTrials(folder);
  const store = openStore(folder, { readOnly: true });
  store.claims.close();
  const kept = new Set(store.keys());
  const failed = new Set(store.failed());
  const timings = readTimings(path.join(folder, "timings"));
  const comparisons = [...new Set(trials.flatMap((trial) => trial.comparisons))];
  const encoders = [...new Set(trials.flatMap((trial) => trial.encoders))];
  const done = trials.filter(({ key }) => kept.has(key));
  const held = store.claims.held();
  const seconds = [...timings.values()].reduce((sum, timing) => sum + timing.seconds, 0);
  return {
    name: plan.name,
    trials: trials.length,
    done: done.length,
    comparisons: {
      all: comparisons.length,
      done: comparisons.filter((key) => kept.has(key) || failed.has(key)).length,
    },
    encoders: {
      all: encoders.length,
      done: encoders.filter((key) => fs.existsSync(store.encoderFile(key))).length,
    },
    failures: [...failed].flatMap((key) => store.failure(key) ?? []),
    running: Array.from(held, ([key, by]) => ({ what: describeKey(key, trials), by })),
    seconds,
    secondsLeft: secondsLeft(trials, kept, failed, timings),
  };
}

/** The trials of a folder. @throws InputError if an earlier version listed them */
export function listedTrials(folder: string): {
  readonly plan: { readonly name: string };
  readonly trials: readonly ListedTrial[];
} {
  const { plan, trials } = readStudy(folder);
  if (trials.every((trial) => typeof trial === "object")) return { plan, trials };
  throw new InputError({
    got: `"${folder}", a study of an earlier version`,
    expected: "one that this version has begun",
    todo: "Run its plan again in another folder; fewscope figure still draws the old one.",
  });
}

/** The mean time of each method and budget, for all of them that are open. */
function secondsLeft(
  trials: readonly ListedTrial[],
  kept: ReadonlySet<string>,
  failed: ReadonlySet<string>,
  timings: ReturnType<typeof readTimings>,
): number {
  const known = new Map<string, number[]>();
  for (const trial of trials) {
    const seconds = timings.get(trial.key)?.seconds;
    if (seconds === undefined) continue;
    for (const kind of [`${trial.method} ${trial.labelsPerClass}`, trial.method, ""])
      known.set(kind, [...(known.get(kind) ?? []), seconds]);
  }
  const open = trials.filter(({ key }) => !kept.has(key) && !failed.has(key));
  return open.reduce((sum, { method, labelsPerClass }) => {
    const own = known.get(`${method} ${labelsPerClass}`) ?? known.get(method) ?? known.get("");
    return sum + (own === undefined ? NaN : own.reduce((a, b) => a + b, 0) / own.length);
  }, 0);
}

function describeKey(key: string, trials: readonly ListedTrial[]): string {
  const trial = trials.find((one) => one.key === key);
  if (trial !== undefined)
    return `${trial.method}, ${trial.labelsPerClass} labels, draw ${trial.draw + 1}`;
  const of = (part: "encoders" | "comparisons"): ListedTrial | undefined =>
    trials.find((one) => one[part].includes(key));
  const compared = of("comparisons");
  if (compared !== undefined)
    return `search: ${compared.method}, ${compared.labelsPerClass} labels`;
  return `pretraining: ${of("encoders")?.method ?? "of another study"}`;
}
