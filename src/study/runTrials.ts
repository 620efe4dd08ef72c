import * as fs from "node:fs";
import * as os from "node:os";
import {
  canonicalJson,
  createRng,
  hideLabels,
  imageSet,
  imagesHash,
  InputError,
  sha256,
  StoppedError,
  subset,
  tf,
  UNLABELLED,
  withLabels,
  type Encoder,
  type ImageSet,
  type Method,
  type Progress,
} from "../core";
import { accuracy, argmaxRows, balancedAccuracy, confusion, macroF1 } from "../metrics";
import { embedImages, loadEncoder } from "../nets";
import { collapse, type Collapse } from "../pretrain";
import { rung, testImages } from "./ladder";
import type { DrawnSplit } from "./splitFile";
import type { Store, TrialRecord } from "./store";
import { version } from "./version";

/** A method with what its two halves are made of, where that is known; only such a method can be resumed. */
export interface PreparedMethod extends Method {
  readonly pretrainSpec?: unknown;
  readonly classifySpec?: unknown;
}

/** Everything of a study but its images and methods. */
export interface TrialSettings {
  readonly labelsPerClass: readonly number[];
  readonly allLabels: boolean;
  readonly draws: number;
  readonly pretrainings: number;
  readonly seed: number;
}

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
}

interface PlannedTrial {
  readonly method: PreparedMethod;
  readonly labelsPerClass: number;
  readonly draw: number;
  readonly pretraining: number;
  readonly labelled: Int32Array;
  readonly test: Int32Array;
  readonly encoderKey: string;
  readonly key: string;
}

/**
 * Runs what is not done yet: one encoder for each pretraining, used by every budget, draw and classifier on it. A trial
 * whose input is wrong is told among the failures, and the others go on.
 */
export async function runTrials(
  set: ImageSet,
  drawn: DrawnSplit,
  methods: readonly PreparedMethod[],
  settings: TrialSettings,
  store?: Store,
  on: Progress = {},
): Promise<TrialResults> {
  const trials = planTrials(set, drawn, methods, settings);
  const records = new Map<string, TrialRecord>();
  for (const { key } of trials) {
    const record = store?.read(key);
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
  report();
  for (const [encoderKey, group] of groupBy(trials, (trial) => trial.encoderKey)) {
    const open = group.filter((trial) => !records.has(trial.key));
    if (open.length === 0) continue;
    const fail = (trial: PlannedTrial, error: unknown): void => {
      if (!(error instanceof InputError)) throw error;
      failures.push({ trial: describeTrial(trial), error });
    };
    report(open[0]);
    let workshop: Workshop;
    try {
      workshop = await openWorkshop(set, drawn, open[0], encoderKey, settings, store, on);
    } catch (error) {
      for (const trial of open) fail(trial, error);
      continue;
    }
    try {
      for (const trial of open) {
        if (on.signal?.aborted === true) throw new StoppedError();
        report(trial);
        try {
          records.set(trial.key, await runTrial(set, drawn, trial, workshop, settings, store, on));
        } catch (error) {
          fail(trial, error);
        }
      }
    } finally {
      workshop.encoder.dispose();
    }
  }
  report();
  const results = trials.flatMap(({ key }) => records.get(key) ?? []);
  return { results, failures, found };
}

function describeTrial({ method, labelsPerClass, draw }: PlannedTrial): string {
  const labels = labelsPerClass === 0 ? "all labels" : `${labelsPerClass} a class`;
  return `${method.name}, ${labels}, draw ${draw + 1}`;
}

function planTrials(
  set: ImageSet,
  { split, ladders }: DrawnSplit,
  methods: readonly PreparedMethod[],
  settings: TrialSettings,
): PlannedTrial[] {
  const common = {
    images: imagesHash(set),
    pretrain: idsHash(set, split.pretrain),
    seed: settings.seed,
    threads: threads(),
    tensorflow: tensorflowVersion(),
    fewscope: version,
  };
  const labelHash = labelHasher(set);
  const full = settings.allLabels && !split.adapt ? [0] : [];
  return methods.flatMap((method, m) =>
    [...settings.labelsPerClass, ...full].flatMap((labelsPerClass) => {
      // All labels leave nothing to draw; the draws then only repeat different pretrainings.
      const draws =
        labelsPerClass === 0 ? Math.min(settings.draws, settings.pretrainings) : settings.draws;
      return Array.from({ length: draws }, (_, draw): PlannedTrial => {
        const ladder = ladders[draw];
        const pretraining = draw % settings.pretrainings;
        const labelled = rung(ladder, split.pool, labelsPerClass);
        const test = testImages(set, split, labelled);
        const pretrainSpec = method.pretrainSpec ?? { unnamed: m };
        const encoderKey = sha256(canonicalJson({ ...common, pretrainSpec, pretraining }));
        const key = sha256(
          canonicalJson({
            encoderKey,
            // Not in the encoder's key: pretraining sees no classes, so plans that name other ones share it.
            classNames: set.classNames,
            method: method.name,
            dataset: set.name,
            classify: method.classifySpec ?? { unnamed: m },
            labelsPerClass,
            draw,
            labelled: labelHash(labelled),
            test: labelHash(test),
          }),
        );
        return {
          method,
          labelsPerClass,
          draw,
          pretraining,
          labelled,
          test,
          encoderKey,
          key,
        };
      });
    }),
  );
}

/** Hashes the ids and labels of images: the only labels that a trial depends on. The same list is hashed once. */
function labelHasher(set: ImageSet): (indices: Int32Array) => string {
  const known = new Map<Int32Array, string>();
  return (indices) => {
    const hash =
      known.get(indices) ??
      sha256(JSON.stringify(Array.from(indices, (i) => [set.ids[i], set.labels[i]])));
    known.set(indices, hash);
    return hash;
  };
}

function idsHash(set: ImageSet, indices: Int32Array): string {
  return sha256(JSON.stringify(Array.from(indices, (i) => set.ids[i])));
}

const threads = (): string => process.env["TF_NUM_INTRAOP_THREADS"] ?? `all ${os.cpus().length}`;

function tensorflowVersion(): string {
  const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
  return binding.TF_Version;
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

/** An encoder, with every image embedded once as soon as a classifier asks for embeddings only. */
interface Workshop {
  readonly encoder: Encoder;
  readonly collapse: Collapse;
  embedded(): Promise<ImageSet>;
}

async function openWorkshop(
  set: ImageSet,
  { split }: DrawnSplit,
  { method, pretraining }: PlannedTrial,
  key: string,
  { seed }: TrialSettings,
  store: Store | undefined,
  on: Progress,
): Promise<Workshop> {
  const keep = method.pretrainSpec === undefined ? undefined : store;
  const file = keep?.encoderFile(key);
  let encoder: Encoder;
  if (file !== undefined && fs.existsSync(file)) encoder = await loadEncoder(file);
  else {
    const checkpoint = keep?.checkpointFile(key);
    const rng = createRng(seed).fork("pretraining").fork(String(pretraining));
    encoder = await method.pretrain(hideLabels(subset(set, split.pretrain)), rng, {
      ...on,
      ...(checkpoint === undefined ? {} : { checkpoint }),
      keep: (name, values) => keep?.keepLosses(key, name, values),
    });
    // Only what has learnt weights is worth keeping; the rest is made again in no time.
    if (file !== undefined && encoder.network !== undefined) await encoder.save(file);
    if (checkpoint !== undefined) fs.rmSync(checkpoint, { force: true });
  }
  let embedded: Promise<ImageSet> | undefined;
  return {
    encoder,
    collapse: await collapseOf(encoder, subset(set, split.pretrain), on),
    embedded: () => (embedded ??= embedSet(encoder, set, on)),
  };
}

/** Looks for collapse; an encoder that cannot be used is disposed. */
async function collapseOf(encoder: Encoder, images: ImageSet, on: Progress): Promise<Collapse> {
  try {
    return await collapse(encoder, images, { on });
  } catch (error) {
    encoder.dispose();
    throw error;
  }
}

async function embedSet(encoder: Encoder, set: ImageSet, on: Progress): Promise<ImageSet> {
  const features = await embedImages(encoder, set, { on });
  return imageSet({ ...set, pixels: features, shape: [1, 1, encoder.dim], unit: "embedding" });
}

/** Passes embeddings through. */
function identity(dim: number): Encoder {
  return {
    dim,
    embed: (rows) => rows.reshape([rows.shape[0], dim]),
    clone: () => identity(dim),
    save: () => Promise.resolve(),
    dispose: () => undefined,
  };
}

async function runTrial(
  set: ImageSet,
  { split }: DrawnSplit,
  trial: PlannedTrial,
  workshop: Workshop,
  settings: TrialSettings,
  store: Store | undefined,
  on: Progress,
): Promise<TrialRecord> {
  const { method, labelled, labelsPerClass, draw, test } = trial;
  if (test.length === 0) throw nothingLeft();
  const start = process.hrtime.bigint();
  const frozen = method.classify.frozen === true;
  const source = frozen ? await workshop.embedded() : set;
  const encoder = frozen ? identity(workshop.encoder.dim) : workshop.encoder;
  const rng = createRng(settings.seed)
    .fork("classify")
    .fork(`draw ${draw}`)
    .fork(`labels ${labelsPerClass}`);
  const checkpoint =
    method.classifySpec === undefined ? undefined : store?.checkpointFile(trial.key);
  const classifier = await method.classify(
    encoder,
    visible(source, split.pretrain, labelled),
    rng,
    {
      ...on,
      ...(checkpoint === undefined ? {} : { checkpoint }),
      keep: (name, values) => {
        // What pseudo-labels were taken is worth a file; the losses of every trial are not.
        if (checkpoint !== undefined && name !== "loss")
          store?.keepLosses(`${trial.key}-${name}`, name, values);
      },
    },
  );
  try {
    const tested = subset(source, test);
    const predicted = argmaxRows(
      await classifier.predict(hideLabels(tested)),
      set.classNames.length,
    );
    const counts = confusion(tested.labels, predicted, set.classNames.length);
    const record: TrialRecord = {
      key: trial.key,
      dataset: set.name,
      method: method.name,
      labelsPerClass,
      draw,
      seed: settings.seed,
      accuracy: accuracy(counts),
      balancedAccuracy: balancedAccuracy(counts),
      macroF1: macroF1(counts),
      nTest: test.length,
      labelsRead: new Set(labelled).size,
      confusion: counts,
      classNames: set.classNames,
      pretraining: trial.pretraining,
      pretrain: method.pretrainSpec ?? "given as a function",
      classify: method.classifySpec ?? "given as a function",
      collapse: workshop.collapse,
      threads: threads(),
      tensorflow: tensorflowVersion(),
      fewscope: version,
    };
    store?.write(record, sidecar(start));
    if (checkpoint !== undefined) fs.rmSync(checkpoint, { force: true });
    return record;
  } finally {
    classifier.dispose();
  }
}

function nothingLeft(): InputError {
  return new InputError({
    got: "no image that is neither labelled nor overlaps a labelled one",
    expected: "some to test on",
    todo: "Give smaller budgets in labelsPerClass.",
  });
}

/** What a classifier may look at: the images of pretraining without labels, and the labelled ones. */
function visible(source: ImageSet, pretrain: Int32Array, labelled: Int32Array): ImageSet {
  const known = new Set(labelled);
  const indices = Int32Array.from(new Set([...pretrain, ...labelled])).sort();
  const labels = indices.map((i) => (known.has(i) ? source.labels[i] : UNLABELLED));
  return withLabels(subset(source, indices), labels);
}

function sidecar(start: bigint): Parameters<Store["write"]>[1] {
  return {
    seconds: Number(process.hrtime.bigint() - start) / 1e9,
    finishedAt: new Date().toISOString(),
    machine: `${os.cpus()[0]?.model ?? "unknown"} x ${os.cpus().length}, ${os.platform()} ${os.arch()}`,
    node: process.version,
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}
