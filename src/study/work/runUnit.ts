import {
  defined,
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
} from "../../core";
import {
  accuracy,
  argmaxRows,
  balancedAccuracy,
  calibration,
  classRecall,
  confusion,
  macroF1,
  riskCoverage,
} from "../../metrics";
import type { DrawnSplit } from "../drawSplit";
import type { Choice, Scores, TrialRecord } from "../store/record";
import type { Store } from "../store/store";
import { pickRows } from "./pickRows";
import { environment, type Candidate, type TrialSettings, type Unit } from "./planUnits";
import type { TrainedEncoder } from "./trainedEncoder";

/** A unit with what it is to be done with. */
export interface UnitRun {
  readonly set: ImageSet;
  readonly drawn: DrawnSplit;
  readonly unit: Unit;
  readonly candidate: Candidate;
  readonly trained: TrainedEncoder;
  readonly settings: TrialSettings;
  /** How the candidate was chosen, if it was. */
  readonly choice: Choice | undefined;
}

/**
 * Learns from the labelled images of a unit and tests what was learnt.
 * @throws InputError if nothing is left to test on, or the classifier cannot learn from these images
 */
export async function runUnit(
  { set, drawn, unit, candidate, trained, settings, choice }: UnitRun,
  store: Store | undefined,
  on: Progress,
): Promise<TrialRecord> {
  const { key, labelled, labelsPerClass, draw, test } = unit;
  if (test.length === 0) throw nothingLeft();
  const rng = createRng(settings.seed)
    .fork("classify")
    .fork(`draw ${draw}`)
    .fork(`labels ${labelsPerClass}`);
  const keep = unit.known ? store : undefined;
  const checkpoint = keep?.checkpointFile(key);
  const images = { set, pretrain: drawn.split.pretrain, labelled, test };
  let steps = 0;
  const start = performance.now();
  const told = await predict(candidate.classify, trained, images, rng, {
    ...on,
    ...(checkpoint === undefined ? {} : { checkpoint, identity: key }),
    keep: (name, values) => {
      // Told at the end of a training, also of one that goes on from a checkpoint of its last step.
      if (name === "loss") steps = Math.max(steps, values.length);
      // What pseudo-labels were taken is worth a file; the losses of every trial are not.
      else keep?.keepLosses(`${key}-${name}`, name, values);
    },
  });
  const { counting = "perClass" } = settings;
  const own = scores(set, test, told.used);
  return {
    key,
    dataset: set.name,
    method: unit.method,
    labelsPerClass,
    ...(counting === "perClass" ? {} : { counting }),
    draw,
    seed: settings.seed,
    ...own,
    nTest: test.length,
    labelsRead: new Set(labelled).size,
    classNames: set.classNames,
    steps,
    ...(unit.kind === "comparison" && settings.tuning?.seconds !== undefined
      ? { seconds: (performance.now() - start) / 1000 }
      : {}),
    pretraining: unit.pretraining,
    pretrain: candidate.pretrain.settings ?? unknown,
    classify: candidate.classify.settings ?? unknown,
    ...defined({ tuning: choice }),
    collapse: trained.collapse,
    ...defined({
      weights: told.last && { average: only(own), last: only(scores(set, test, told.last)) },
    }),
    ...environment(),
  };
}

function scores(
  set: ImageSet,
  test: Int32Array,
  told: Float32Array,
): Pick<
  TrialRecord,
  | "accuracy"
  | "balancedAccuracy"
  | "macroF1"
  | "confusion"
  | "recall"
  | "calibrationError"
  | "riskCoverage"
  | "reliability"
  | "risks"
> {
  const classes = set.classNames.length;
  const truth = test.map((i) => set.labels[i]);
  const counts = confusion(truth, argmaxRows(told, classes), classes);
  const certainty = calibration(told, truth);
  const { area, risks } = riskCoverage(told, truth);
  return {
    accuracy: accuracy(counts),
    balancedAccuracy: balancedAccuracy(counts),
    macroF1: macroF1(counts),
    confusion: counts,
    // JSON knows no NaN.
    recall: classRecall(counts).map((recall) => (Number.isNaN(recall) ? null : recall)),
    calibrationError: certainty.expectedError,
    riskCoverage: area,
    reliability: certainty.bins.map(({ count, confidence, accuracy: right }) => ({
      count,
      confidence: count === 0 ? 0 : confidence,
      right: count === 0 ? 0 : Math.round(right * count),
    })),
    risks: Array.from(
      { length: 20 },
      (_, i) => risks[Math.ceil(((i + 1) * risks.length) / 20) - 1],
    ),
  };
}

/** The three scores alone. */
function only({ accuracy, balancedAccuracy, macroF1 }: Scores): Scores {
  return { accuracy, balancedAccuracy, macroF1 };
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

/** Class probabilities of the test images. [test*classes] */
interface Told {
  readonly used: Float32Array;
  /** By the last weights, where those used are their moving average. */
  readonly last?: Float32Array;
}

async function predict(
  classify: Classify,
  trained: TrainedEncoder,
  images: Images,
  rng: Rng,
  on: Progress,
): Promise<Told> {
  const { set, labelled, test } = images;
  const present = [...new Set(labelled.map((i) => set.labels[i]))].sort((a, b) => a - b);
  const classes = set.classNames.length;
  if (present.length === classes)
    return await predictAll(classify, trained, images, set.labels, set.classNames, rng, on);
  // Where labels come as they come, some classes may have none yet: what is learnt tells the others apart.
  if (present.length === 1) {
    const used = new Float32Array(test.length * classes);
    test.forEach((_, row) => (used[row * classes + present[0]] = 1));
    return { used };
  }
  const labels = set.labels.map((label) => present.indexOf(label));
  const names = present.map((c) => set.classNames[c]);
  const some = await predictAll(classify, trained, images, labels, names, rng, on);
  const spread = (told: Float32Array): Float32Array => spreadOver(told, present, classes);
  return {
    used: spread(some.used),
    ...(some.last === undefined ? {} : { last: spread(some.last) }),
  };
}

/** Probabilities of some classes as those of all. [n*present] -> [n*classes] */
function spreadOver(some: Float32Array, present: readonly number[], classes: number): Float32Array {
  const told = new Float32Array((some.length / present.length) * classes);
  some.forEach((p, at) => {
    const row = Math.floor(at / present.length);
    told[row * classes + present[at % present.length]] = p;
  });
  return told;
}

/** As `predict`, with these labels and names of classes. */
async function predictAll(
  classify: Classify,
  { encoder, embedded, embeddedByLast }: TrainedEncoder,
  { set, pretrain, labelled, test }: Images,
  truth: Int32Array,
  classNames: readonly string[],
  rng: Rng,
  on: Progress,
): Promise<Told> {
  const seen = Int32Array.from(new Set([...pretrain, ...labelled])).sort();
  const known = new Set(labelled);
  const labels = seen.map((i) => (known.has(i) ? truth[i] : UNLABELLED));
  const { fit } = classify;
  if (fit !== undefined) {
    const tell = async (rows: LabelledRows, progress: Progress): Promise<Float32Array> => {
      const told = await fit({ ...pickRows(rows, seen), labels, classNames }, rng, progress);
      return told(pickRows(rows, test).features);
    };
    const used = await tell(await embedded(), on);
    if (embeddedByLast === undefined) return { used };
    // What is worth keeping is that of the encoder that is used.
    return { used, last: await tell(await embeddedByLast(), { ...on, keep: undefined }) };
  }
  const renamed = { ...set, classNames };
  const train = withLabels(hideLabels(subset(renamed, seen)), labels);
  const classifier = await classify(encoder, train, rng, on);
  try {
    const asked = hideLabels(subset(renamed, test));
    const used = await classifier.predict(asked);
    const last = await classifier.predictByLast?.(asked);
    return last === undefined ? { used } : { used, last };
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
