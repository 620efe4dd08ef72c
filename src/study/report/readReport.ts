import * as fs from "node:fs";
import * as path from "node:path";
import type { SplitAudit } from "../audit/auditSplit";
import type { KeptAudit } from "../openJob";
import type { Plan } from "../plan";
import { withNetwork } from "../methods";
import { openStore, readStudyFile, type FailureMark } from "../store/store";
import type { TrialRecord } from "../store/record";
import { readTimings, type KeptTiming } from "../store/timings";
import { readStudy, type ListedTrial, type StudyFile } from "../studyFolder";
import { listedTrials } from "../studyStatus";

/** The losses of one pretraining. */
export interface KeptLosses {
  /** The technique, such as "simclr". */
  readonly technique: string;
  readonly name: string;
  readonly values: readonly number[];
}

/** A trial with the seconds that it took, pretraining and search included; NaN where they were not kept. */
export type TimedRecord = TrialRecord & { readonly machineSeconds: number };

/** All that a study's folder tells. */
export interface ReportData {
  readonly plan: Plan;
  /** The plan with every default. */
  readonly fullPlan: {
    readonly methods: readonly {
      readonly name: string;
      readonly pretrain: object;
      readonly classify: object;
    }[];
  };
  readonly study: Pick<StudyFile, "notes" | "shape" | "threads" | "device" | "precision">;
  readonly classNames: readonly string[];
  /** How many images are for what. */
  readonly split: { readonly pretrain: number; readonly pool: number; readonly test: number };
  readonly results: readonly TimedRecord[];
  /** Trials that the plan asks for. */
  readonly trials: number;
  readonly failures: readonly FailureMark[];
  readonly audit: SplitAudit | undefined;
  readonly losses: readonly KeptLosses[];
  /** The machines that worked, in words. */
  readonly machines: readonly string[];
  /** Seconds that all of them worked. */
  readonly seconds: number;
}

/**
 * Reads a study's folder, finished or not, and changes nothing in it.
 * @throws InputError if the folder holds no study of this version
 */
export function readReport(folder: string): ReportData {
  const { trials } = listedTrials(folder);
  const { plan, notes, ...study } = readStudy(folder) as StudyFile;
  const store = openStore(folder, { readOnly: true });
  store.claims.close();
  const timings = readTimings(path.join(folder, "timings"));
  const results = trials.flatMap((trial): TimedRecord[] => {
    const record = store.read(trial.key);
    if (record === undefined) return [];
    return [{ ...record, machineSeconds: secondsOf(trial, record, timings) }];
  });
  const split = readStudyFile(folder, "split.json") as Record<"pretrain" | "pool" | "test", readonly string[]>; // prettier-ignore
  const audited = fs.existsSync(path.join(folder, "audit.json"));
  const times = [...timings.values()];
  return {
    plan,
    fullPlan: readStudyFile(folder, "plan.json") as ReportData["fullPlan"],
    study: { notes, ...study },
    classNames: study.classNames ?? results[0]?.classNames ?? [],
    split: { pretrain: split.pretrain.length, pool: split.pool.length, test: split.test.length },
    results,
    trials: trials.length,
    failures: store.failed().flatMap((key) => store.failure(key) ?? []),
    audit: audited ? (readStudyFile(folder, "audit.json") as KeptAudit).audit : undefined,
    losses: readLosses(folder, trials, results),
    machines: [...new Set(times.map(({ machine, node }) => `${machine}, Node ${node}`))].sort(),
    seconds: times.reduce((sum, one) => sum + one.seconds, 0),
  };
}

/** What it would take to do one trial alone: everything that it waits for, and itself. */
function secondsOf(
  { key, encoders, comparisons, searched = encoders }: ListedTrial,
  { pretrain }: TrialRecord,
  timings: ReadonlyMap<string, KeptTiming>,
): number {
  const seconds = (of: string, without: number): number => timings.get(of)?.seconds ?? without;
  // Features that are computed have no weights, and so nothing that took time to learn.
  const learnt =
    typeof pretrain === "object" && (withNetwork as readonly string[]).includes(pretrain.name);
  // Of those it may learn on, only the one of the chosen setting is made, where the search learnt on others.
  const own = encoders.filter((one) => timings.has(one) && !searched.includes(one));
  if (learnt && !encoders.some((one) => timings.has(one))) return NaN;
  return (
    seconds(key, NaN) +
    [...searched, ...own].reduce((sum, one) => sum + seconds(one, learnt ? NaN : 0), 0) +
    comparisons.reduce((sum, one) => sum + seconds(one, NaN), 0)
  );
}

function readLosses(
  folder: string,
  trials: readonly ListedTrial[],
  results: readonly TrialRecord[],
): KeptLosses[] {
  const records = new Map(results.map((record) => [record.key, record]));
  const users = new Map<string, ListedTrial[]>();
  for (const trial of trials)
    for (const encoder of trial.encoders)
      users.set(encoder, [...(users.get(encoder) ?? []), trial]);
  return [...users].flatMap(([encoder, of]): KeptLosses[] => {
    const values = lossValues(path.join(folder, "losses", `${encoder}.json`));
    if (values === undefined) return [];
    const known = of.flatMap(({ key }) => records.get(key) ?? []);
    const pretrain = known[0]?.pretrain;
    const methods = [...new Set(of.map(({ method }) => method))].join(", ");
    const several = new Set(of.map(({ encoders }) => encoders.length)).has(1) ? "" : `, ${encoder.slice(0, 6)}`; // prettier-ignore
    const turn = known[0] === undefined ? "" : ` (pretraining ${known[0].pretraining + 1})`;
    return [
      {
        technique: typeof pretrain === "object" ? pretrain.name : "pretraining",
        name: `${methods}${turn}${several}`,
        values,
      },
    ];
  });
}

function lossValues(file: string): readonly number[] | undefined {
  if (!fs.existsSync(file)) return undefined;
  try {
    const { values } = JSON.parse(fs.readFileSync(file, "utf8")) as { values?: unknown };
    if (Array.isArray(values) && values.some((value) => typeof value === "number"))
      return values.map((value: unknown) => (typeof value === "number" ? value : NaN));
  } catch {
    // A curve that a full disk cut off is not worth a report.
  }
  return undefined;
}
