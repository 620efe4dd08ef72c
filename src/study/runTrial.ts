import * as fs from "node:fs";
import * as os from "node:os";
import {
  createRng,
  hideLabels,
  InputError,
  subset,
  UNLABELLED,
  withLabels,
  type Classify,
  type ImageSet,
  type LabelledRows,
  type Progress,
  type Rng,
} from "../core";
import { accuracy, argmaxRows, balancedAccuracy, confusion, macroF1 } from "../metrics";
import type { DrawnSplit } from "./drawSplit";
import { environment, type PlannedTrial, type TrialSettings } from "./planTrials";
import type { Scores, Store, TrialRecord } from "./store";
import type { TrainedEncoder } from "./trainedEncoder";
import { version } from "./version";

/**
 * Learns from the labelled images of a trial and tests what was learnt.
 * @throws InputError if nothing is left to test on, or the classifier cannot learn from these images
 */
export async function runTrial(
  set: ImageSet,
  { split }: DrawnSplit,
  trial: PlannedTrial,
  trained: TrainedEncoder,
  { seed }: TrialSettings,
  store: Store | undefined,
  on: Progress,
): Promise<TrialRecord> {
  const { method, key, labelled, labelsPerClass, draw, test } = trial;
  if (test.length === 0) throw nothingLeft();
  const start = process.hrtime.bigint();
  const rng = createRng(seed)
    .fork("classify")
    .fork(`draw ${draw}`)
    .fork(`labels ${labelsPerClass}`);
  const keep = trial.known ? store : undefined;
  const checkpoint = keep?.checkpointFile(key);
  const told = await predict(
    method.classify,
    trained,
    { set, pretrain: split.pretrain, labelled, test },
    rng,
    {
      ...on,
      ...(checkpoint === undefined ? {} : { checkpoint, identity: key }),
      keep: (name, values) => {
        // What pseudo-labels were taken is worth a file; the losses of every trial are not.
        if (name !== "loss") keep?.keepLosses(`${key}-${name}`, name, values);
      },
    },
  );
  const classes = set.classNames.length;
  const truth = test.map((i) => set.labels[i]);
  const counts = confusion(truth, argmaxRows(told.used, classes), classes);
  const last =
    told.last === undefined
      ? undefined
      : scores(confusion(truth, argmaxRows(told.last, classes), classes));
  const record: TrialRecord = {
    key,
    dataset: set.name,
    method: method.name,
    labelsPerClass,
    draw,
    seed,
    ...scores(counts),
    nTest: test.length,
    labelsRead: new Set(labelled).size,
    confusion: counts,
    classNames: set.classNames,
    pretraining: trial.pretraining,
    pretrain: method.pretrain.settings ?? unknown,
    classify: method.classify.settings ?? unknown,
    collapse: trained.collapse,
    ...(last === undefined ? {} : { weights: { average: scores(counts), last } }),
    ...environment(),
  };
  keep?.write(record, sidecar(start));
  if (checkpoint !== undefined) fs.rmSync(checkpoint, { force: true });
  return record;
}

/** What a record says of a half that does not know its settings. */
const unknown =
  "a function of your own, which does not know its settings, so that this is not kept";

interface Images {
  readonly set: ImageSet;
  /** Indices of what pretraining saw. */
  readonly pretrain: Int32Array;
  readonly labelled: Int32Array;
  readonly test: Int32Array;
}

function scores(counts: readonly (readonly number[])[]): Scores {
  return {
    accuracy: accuracy(counts),
    balancedAccuracy: balancedAccuracy(counts),
    macroF1: macroF1(counts),
  };
}

/** Class probabilities of the test images. [test*classes] */
interface Told {
  readonly used: Float32Array;
  /** By the last weights, where those used are their moving average. */
  readonly last?: Float32Array;
}

async function predict(
  classify: Classify,
  { encoder, embedded, embeddedByLast }: TrainedEncoder,
  { set, pretrain, labelled, test }: Images,
  rng: Rng,
  on: Progress,
): Promise<Told> {
  const seen = Int32Array.from(new Set([...pretrain, ...labelled])).sort();
  const known = new Set(labelled);
  const labels = seen.map((i) => (known.has(i) ? set.labels[i] : UNLABELLED));
  const { fit } = classify;
  if (fit !== undefined) {
    const tell = async (rows: LabelledRows, progress: Progress): Promise<Float32Array> => {
      const told = await fit({ ...pick(rows, seen), labels }, rng, progress);
      return told(pick(rows, test).features);
    };
    const used = await tell(await embedded(), on);
    if (embeddedByLast === undefined) return { used };
    // What is worth keeping is that of the encoder that is used.
    return { used, last: await tell(await embeddedByLast(), { ...on, keep: undefined }) };
  }
  const classifier = await classify(encoder, withLabels(subset(set, seen), labels), rng, on);
  try {
    const asked = hideLabels(subset(set, test));
    const used = await classifier.predict(asked);
    const last = await classifier.predictByLast?.(asked);
    return last === undefined ? { used } : { used, last };
  } finally {
    classifier.dispose();
  }
}

/** The rows with these numbers. */
function pick(rows: LabelledRows, indices: Int32Array): LabelledRows {
  const { features, dim } = rows;
  const chosen = new Float32Array(indices.length * dim);
  indices.forEach((i, at) => chosen.set(features.subarray(i * dim, (i + 1) * dim), at * dim));
  return { ...rows, features: chosen, labels: indices.map((i) => rows.labels[i]) };
}

function nothingLeft(): InputError {
  return new InputError({
    got: "no image that is neither labelled nor overlaps a labelled one",
    expected: "some to test on",
    todo: "Give smaller budgets in labelsPerClass.",
  });
}

function sidecar(start: bigint): Parameters<Store["write"]>[1] {
  return {
    seconds: Number(process.hrtime.bigint() - start) / 1e9,
    finishedAt: new Date().toISOString(),
    machine: `${os.cpus()[0]?.model ?? "unknown"} x ${os.cpus().length}, ${os.platform()} ${os.arch()}`,
    node: process.version,
    fewscope: version,
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}
