import { setTimeout } from "node:timers/promises";
import { InputError, openGpu, StoppedError, trainingDevice, type ImageSet, type Progress } from "../../core"; // prettier-ignore
import type { ResultMetric } from "../../metrics";
import type { DrawnSplit } from "../drawSplit";
import type { Choice, TrialRecord } from "../store/record";
import type { Store } from "../store/store";
import { searchState, type Outcome } from "./choose";
import { describeUnit, type Candidate, type TrialSettings, type Unit } from "./planUnits";
import { lastLines } from "../store/lastLines";
import { runUnit } from "./runUnit";
import {
  checkDeaths,
  DeadlyWork,
  trainedEncoder,
  type EncoderWanted,
  type TrainedEncoder,
} from "./trainedEncoder";

/** A trial that could not be done, and why. */
export interface Failure {
  readonly trial: string;
  readonly error: Error;
}

/** A study that is to be done, with or without a folder. */
export interface Job {
  readonly set: ImageSet;
  readonly drawn: DrawnSplit;
  /** The trials; what they wait for comes along. */
  readonly units: readonly Unit[];
  readonly settings: TrialSettings;
  /** What settings are compared by. */
  readonly metric: ResultMetric;
  readonly store?: Store | undefined;
}

/** Which part of a job a process begins with; it does whatever is left of the others' as well. */
export interface Share {
  /** From 0. */
  readonly index: number;
  readonly count: number;
  /** Pretraining only, for those who do that first. */
  readonly encodersOnly?: boolean;
}

/** Records that are written at the same time; each waits for the disk, and many wait no longer than one. */
const mostWrites = 16;

/** Milliseconds between two looks at what other processes have done. */
const lookEvery = 500;

/** Works through a job until every trial has a record or has failed; other processes may work at the same folder. */
export async function work(job: Job, on: Progress = {}, share?: Share): Promise<void> {
  await checkDevice(job);
  const worker = new Worker(job, on);
  try {
    await worker.workThrough(inTurn(job.units, share), share?.encodersOnly === true);
  } finally {
    await worker.end();
  }
}

/** A GPU that is not there is told once, not by every trial. @throws InputError if there is something to train, and no such device */
async function checkDevice({ units, store }: Job): Promise<void> {
  const left = units.some(({ key }) => store?.has(key) !== true);
  if (left && trainingDevice() === "webgpu") await openGpu();
}

/** What a job has come to so far. */
export function outcomesOf(job: Job): ReadonlyMap<string, Outcome> {
  return memories.get(job) ?? new Map<string, Outcome>();
}

const memories = new WeakMap<Job, Map<string, Outcome>>();

/**
 * Every unit, what is waited for before what waits, units on one encoder together. Processes begin at different encoders, so that they seldom want the
 * same.
 */
function inTurn(trials: readonly Unit[], { index, count }: Share = { index: 0, count: 1 }): Unit[] {
  const units = new Map<string, Unit>();
  for (const trial of trials) {
    for (const comparison of trial.search?.units ?? []) units.set(comparison.key, comparison);
    units.set(trial.key, trial);
  }
  const byEncoder = new Map<string, Unit[]>();
  for (const unit of units.values()) {
    const key = unit.candidates[0].encoderKey;
    const list = byEncoder.get(key);
    if (list === undefined) byEncoder.set(key, [unit]);
    else list.push(unit);
  }
  const groups = [...byEncoder.values()];
  const first = Math.floor((index * groups.length) / count);
  return [...groups.slice(first), ...groups.slice(0, first)].flat();
}

/** Does units one after the other, with one encoder at hand. */
class Worker {
  private readonly outcomes: Map<string, Outcome>;
  private readonly writes = new Set<Promise<void>>();
  private readonly brokenEncoders = new Map<string, Error>();
  /** Keys of the trials that have an outcome. */
  private readonly done = new Set<string>();
  private current: { readonly key: string; readonly trained: TrainedEncoder } | undefined;
  private writeError: unknown;

  constructor(
    private readonly job: Job,
    private readonly on: Progress,
  ) {
    this.outcomes = memories.get(job) ?? new Map<string, Outcome>();
    memories.set(job, this.outcomes);
  }

  async workThrough(units: readonly Unit[], encodersOnly: boolean): Promise<void> {
    let open = units.filter((unit) => this.outcome(unit) === undefined);
    while (open.length > 0) {
      const left: Unit[] = [];
      let moved = false;
      for (const unit of open) {
        if (this.on.signal?.aborted === true) throw new StoppedError();
        const done = encodersOnly ? await this.pretrain(unit) : await this.attempt(unit);
        if (done) moved = true;
        else left.push(unit);
      }
      open = left;
      // Others are at the rest, or a search waits for them.
      if (open.length > 0 && !moved) await setTimeout(lookEvery);
    }
  }

  async end(): Promise<void> {
    this.setEncoder(undefined);
    await Promise.allSettled(this.writes);
    if (this.writeError !== undefined) throw this.writeError as Error;
  }

  /** What is known of a unit, from memory or from the folder. */
  private outcome(unit: Unit): Outcome {
    const found = this.outcomes.get(unit.key);
    const { store } = this.job;
    if (found !== undefined || store === undefined || !unit.known) return found;
    const failure = store.failure(unit.key);
    const kept =
      failure === undefined ? store.read(unit.key) : { failed: new Error(failure.message) };
    if (kept !== undefined) this.note(unit, kept);
    return kept;
  }

  /** Does a unit if that is possible now; says whether it is done, by whomever. */
  private async attempt(unit: Unit): Promise<boolean> {
    if (this.outcome(unit) !== undefined) return true;
    const chosen = this.choose(unit);
    if (chosen === undefined) return false;
    const { store } = this.job;
    const claim = unit.known ? store?.claims.take(unit.key) : undefined;
    if (unit.known && store !== undefined && claim === undefined) return false;
    let written: Promise<void> | undefined;
    try {
      // Another process may have finished it while the claim was taken.
      if (store?.has(unit.key) === true && this.outcome(unit) !== undefined) return true;
      this.report(unit);
      if (claim !== undefined) checkDeaths(claim, describeUnit(unit));
      if ("failed" in chosen) throw chosen.failed;
      const trained = await this.encoderFor(unit, chosen.candidate);
      if (trained === undefined) return false;
      const start = performance.now();
      const { set, drawn, settings } = this.job;
      const record = await runUnit(
        { set, drawn, unit, trained, settings, ...chosen },
        store,
        this.on,
      );
      this.note(unit, record);
      if (store !== undefined && unit.known) {
        store.time({ key: unit.key, kind: "trial", seconds: (performance.now() - start) / 1000 });
        written = this.write(store, record);
      }
    } catch (error) {
      this.fail(unit, error, claim?.lastLog);
    } finally {
      if (written === undefined) claim?.release();
      else void written.then(() => claim?.release());
    }
    if (this.writes.size >= mostWrites) await Promise.race(this.writes);
    if (this.writeError !== undefined) throw this.writeError as Error;
    return true;
  }

  /** Trains the encoders of a unit; says whether they are there, or never will be. */
  private async pretrain(unit: Unit): Promise<boolean> {
    if (this.outcome(unit) !== undefined) return true;
    let all = true;
    for (const candidate of unit.candidates) {
      try {
        all = (await this.encoderFor(unit, candidate)) !== undefined && all;
      } catch (error) {
        // It will be told where the trial fails.
        if (!(error instanceof InputError) && !(error instanceof DeadlyWork)) throw error;
      }
    }
    return all;
  }

  /** The candidate to learn with, or why there is none; undefined while its search is not over. */
  private choose(
    unit: Unit,
  ): { candidate: Candidate; choice: Choice | undefined } | { failed: InputError } | undefined {
    if (unit.search === undefined) return { candidate: unit.candidates[0], choice: undefined };
    const { units } = unit.search;
    const state = searchState(
      unit.search,
      (i) => this.outcome(units[i]),
      this.job.metric,
      (i) => this.spent(units[i], unit.search?.tuning.seconds !== undefined),
    );
    if ("waitsFor" in state) return undefined;
    const { choice } = state;
    if (choice !== undefined) return { candidate: unit.candidates[choice.chosen], choice };
    return { failed: nothingToChoose() };
  }

  private note(unit: Unit, outcome: Exclude<Outcome, undefined>): void {
    this.outcomes.set(unit.key, outcome);
    if (unit.kind === "trial") this.done.add(unit.key);
  }

  private spent(unit: Unit, seconds: boolean): number {
    const outcome = this.outcomes.get(unit.key);
    if (outcome === undefined || "failed" in outcome) return 0;
    return (seconds ? outcome.seconds : outcome.steps) ?? 0;
  }

  private async encoderFor(unit: Unit, candidate: Candidate): Promise<TrainedEncoder | undefined> {
    const { encoderKey: key, pretrain } = candidate;
    if (this.current?.key === key) return this.current.trained;
    this.setEncoder(undefined);
    const { set, drawn, settings, store } = this.job;
    const seen = drawn.split.pretrain;
    const broken = this.brokenEncoders.get(key);
    if (broken !== undefined) throw broken;
    const wanted: EncoderWanted = { key, pretrain, pretraining: unit.pretraining, seed: settings.seed, set, seen }; // prettier-ignore
    try {
      const trained = await trainedEncoder(wanted, store, this.on);
      if (trained !== undefined) this.setEncoder({ key, trained });
      return trained;
    } catch (error) {
      // All that wait for it fail for the same reason, and need not train it again to find out.
      if (error instanceof InputError || error instanceof DeadlyWork)
        this.brokenEncoders.set(key, error);
      throw error;
    }
  }

  private setEncoder(next: typeof this.current): void {
    this.current?.trained.encoder.dispose();
    this.current = next;
  }

  private write(store: Store, record: TrialRecord): Promise<void> {
    const writing: Promise<void> = store
      .write(record)
      // Not before: a kill in between would cost the whole training.
      .then(() => store.removeCheckpoint(record.key))
      .catch((error: unknown) => void (this.writeError ??= error))
      .finally(() => this.writes.delete(writing));
    this.writes.add(writing);
    return writing;
  }

  private fail(unit: Unit, error: unknown, lastLog: string | undefined): void {
    const deadly = error instanceof DeadlyWork;
    if (!(error instanceof InputError) && !deadly) throw error;
    this.note(unit, { failed: error });
    if (!unit.known) return;
    this.job.store?.fail(unit.key, {
      trial: describeUnit(unit),
      message: error.message,
      died: deadly ? error.died : 0,
      log: deadly && lastLog !== undefined ? lastLines(lastLog) : undefined,
    });
  }

  private report(unit: Unit): void {
    const trials = this.job.units;
    this.on.report?.({
      task: `study: ${describeUnit(unit)}`,
      done: this.done.size,
      total: trials.length,
      unit: "trial",
    });
  }
}

function nothingToChoose(): InputError {
  return new InputError({
    got: "a search in which no setting could be trained",
    expected: "at least one that can",
    todo: "Look at the failures of its comparisons.",
  });
}
