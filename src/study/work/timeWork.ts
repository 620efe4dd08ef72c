import {
  InputError,
  specOf,
  type Settings,
  StoppedError,
  type Pretrain,
  type Progress,
  type ProgressEvent,
} from "../../core";
import type { EncoderSpec } from "../../nets";
import { none } from "../../pretrain";
import type { Candidate, Unit } from "./planUnits";
import { runUnit } from "./runUnit";
import { trainedEncoder, type EncoderWanted, type TrainedEncoder } from "./trainedEncoder";
import type { Job } from "./work";

/** Milliseconds after which a sample is stopped, if it has made a step. */
const patience = 1500;

/** Seconds that work would take in one process, told from a sample of it. */
export interface WorkTimes {
  readonly pretraining: number;
  /** Trials, and the comparisons of settings that they wait for. */
  readonly trials: number;
}

/** What of a job is still to do. */
export interface OpenWork {
  readonly isOpen: (unit: Unit) => boolean;
  readonly isEncoderOpen: (key: string) => boolean;
}

/**
 * Tells how long the open work of a job takes: of each method it begins one pretraining and the trials of the smallest and the
 * largest budget, and stops each when its pace is known.
 * @throws StoppedError if it is stopped from outside
 */
export async function timeWork(job: Job, open: OpenWork, on: Progress = {}): Promise<WorkTimes> {
  const byMethod = new Map<string, Unit[]>();
  for (const unit of job.units)
    if (open.isOpen(unit)) byMethod.set(unit.method, [...(byMethod.get(unit.method) ?? []), unit]);
  const encoders = new Map<string, number>();
  let trials = 0;
  let done = 0;
  for (const [task, units] of byMethod) {
    on.report?.({ task: `timing ${task}`, done: done++, total: byMethod.size, unit: "method" });
    try {
      const own = await timeMethod(job, units, open, on);
      // Several methods may learn on one encoder.
      for (const key of own.encoders) encoders.set(key, own.pretraining);
      trials += own.trials;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      on.note?.(`Not timed: ${task}. ${error.message}`);
    }
  }
  return { pretraining: [...encoders.values()].reduce((sum, own) => sum + own, 0), trials };
}

interface MethodTimes {
  /** Seconds of one pretraining. */
  readonly pretraining: number;
  /** Names of those that are to be trained. */
  readonly encoders: readonly string[];
  readonly trials: number;
}

async function timeMethod(
  job: Job,
  trials: readonly Unit[],
  { isOpen, isEncoderOpen }: OpenWork,
  on: Progress,
): Promise<MethodTimes> {
  const [first] = trials;
  const [candidate] = first.candidates;
  const pretrained = await sample(on, (watched) =>
    encoderOf(job, first, candidate.pretrain, watched),
  );
  const trained = pretrained.value ?? (await encoderOf(job, first, untrained(candidate), on));
  if (trained === undefined) return { pretraining: 0, encoders: [], trials: 0 };
  try {
    await trained.embedded();
    const byLabels = [...trials].sort((a, b) => a.labelled.length - b.labelled.length);
    const ends: Point[] = [];
    for (const unit of new Set([byLabels[0], byLabels[byLabels.length - 1]])) {
      const run = { set: job.set, drawn: job.drawn, unit, candidate, trained, settings: job.settings, choice: undefined }; // prettier-ignore
      const { seconds } = await sample(on, (watched) => runUnit(run, undefined, watched));
      ends.push([unit.labelled.length, seconds]);
    }
    const comparisons = new Set(trials.flatMap(({ search }) => search?.units ?? []));
    const units = [...trials, ...[...comparisons].filter(isOpen)];
    const encoders = new Set(units.flatMap((unit) => unit.candidates.map((one) => one.encoderKey)));
    return {
      pretraining: pretrained.seconds,
      encoders: [...encoders].filter(isEncoderOpen),
      trials: units.reduce((sum, unit) => sum + between(ends, unit.labelled.length), 0),
    };
  } finally {
    trained.encoder.dispose();
  }
}

function encoderOf(
  { set, drawn, settings }: Job,
  { pretraining }: Unit,
  pretrain: Pretrain,
  on: Progress,
): Promise<TrainedEncoder | undefined> {
  const { seed } = settings;
  const wanted: EncoderWanted = { key: "", pretrain, pretraining, seed, set, seen: drawn.split.pretrain }; // prettier-ignore
  return trainedEncoder(wanted, undefined, on);
}

/** The same network before it has learnt anything: as quick as the trained one. */
function untrained({ pretrain }: Candidate): Pretrain {
  const encoder = pretrain.settings?.["encoder"] as Settings | undefined;
  return none(encoder === undefined ? {} : { encoder: specOf(encoder) as unknown as EncoderSpec });
}

type Point = readonly [labels: number, seconds: number];

/** Seconds at a number of labels, on the line through both ends. */
function between(ends: readonly Point[], labels: number): number {
  const [[n, seconds], [most, slowest] = [n, seconds]] = ends;
  return most === n ? seconds : seconds + ((slowest - seconds) * (labels - n)) / (most - n);
}

/** Runs something to its end, or until its pace is known; then there is no value, and the seconds are reckoned. */
async function sample<T>(
  on: Progress,
  run: (watched: Progress) => Promise<T>,
): Promise<{ readonly value?: T; readonly seconds: number }> {
  const enough = new AbortController();
  const signals = [enough.signal, ...(on.signal === undefined ? [] : [on.signal])];
  const start = performance.now();
  let first: { readonly event: ProgressEvent; readonly at: number } | undefined;
  let seconds = NaN;
  /** An encoder goes on reporting to whom it was made for. */
  let isOver = false;
  const report = (event: ProgressEvent): void => {
    if (isOver) return;
    const now = performance.now();
    // The first step builds what the others use, so the pace is taken from there.
    if (first?.event.task !== event.task || event.done <= first.event.done)
      first = { event, at: now };
    const steps = event.done - first.event.done;
    if (steps === 0 || now - start < patience) return;
    const pace = (now - first.at) / steps;
    seconds = (first.at - start + pace * (event.total - first.event.done)) / 1000;
    enough.abort(new StoppedError());
  };
  try {
    const value = await run({ signal: AbortSignal.any(signals), report });
    return { value, seconds: (performance.now() - start) / 1000 };
  } catch (error) {
    if (!enough.signal.aborted || on.signal?.aborted === true) throw error;
    return { seconds };
  } finally {
    isOver = true;
  }
}
