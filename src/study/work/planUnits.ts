import * as os from "node:os";
import {
  canonicalJson,
  createRng,
  dawnVersion,
  defined,
  imagesHash,
  onCuda,
  precisionInUse,
  sha256,
  tf,
  trainingDevice,
  UNLABELLED,
  type ImageSet,
  type LabelCounting,
  type Rng,
} from "../../core";
import type { DrawnSplit } from "../drawSplit";
import { rung, testImages } from "../ladder";
import { leastToValidate, settingsToTry, type Setting, type Tuning, type VariableMethod } from "./tuning"; // prettier-ignore
import { holdOut } from "./holdOut";

/** Everything of a study but its images and methods. */
export interface TrialSettings {
  readonly labelsPerClass: readonly number[];
  /** @default "perClass" */
  readonly counting?: LabelCounting | undefined;
  readonly allLabels: boolean;
  readonly draws: number;
  readonly pretrainings: number;
  readonly seed: number;
  /** None: every method as it is. */
  readonly tuning?: Tuning | undefined;
}

/** One way to learn: a setting with the name of the encoder that it learns on. */
export interface Candidate extends Setting {
  /** Names the encoder. */
  readonly encoderKey: string;
}

/** A piece of work that leaves one record: a trial, or the comparison of one setting. Named by everything that determines it. */
export interface Unit {
  readonly kind: "trial" | "comparison";
  readonly method: string;
  readonly labelsPerClass: number;
  readonly draw: number;
  readonly pretraining: number;
  readonly labelled: Int32Array;
  readonly test: Int32Array;
  /** One, or those that are chosen from. */
  readonly candidates: readonly Candidate[];
  /** The comparisons that the choice waits for, one for each candidate. */
  readonly search?: Search | undefined;
  /** Names the record. */
  readonly key: string;
  /** Whether its parts know what they are, so that its record may be kept. */
  readonly known: boolean;
}

/** How a trial comes to its settings. */
export interface Search {
  readonly tuning: Tuning;
  readonly units: readonly Unit[];
  /** The budget at which they are compared. */
  readonly labelsPerClass: number;
}

/** What the plan of the units needs of everything else. */
interface Context {
  readonly set: ImageSet;
  readonly drawn: DrawnSplit;
  readonly settings: TrialSettings;
  readonly common: object;
  readonly hash: (indices: Int32Array) => string;
  readonly labelledAt: (budget: number, draw: number) => Int32Array;
  readonly testAt: (labelled: Int32Array) => Int32Array;
  /** Images that settings are compared on, where that is a second pool. */
  readonly pool: Int32Array | undefined;
}

/** What there is to do: a trial for each method, budget and draw, in this order, each with the comparisons that it waits for. */
export function planUnits(
  set: ImageSet,
  drawn: DrawnSplit,
  methods: readonly VariableMethod[],
  settings: TrialSettings,
  now: Environment = environment(),
): Unit[] {
  const { split, ladders } = drawn;
  const pool = settings.tuning?.by === "pool" ? secondPool(set, drawn, settings) : undefined;
  const context: Context = {
    set,
    drawn,
    settings,
    common: {
      images: imagesHash(set),
      pretrain: sha256(JSON.stringify(Array.from(split.pretrain, (i) => set.ids[i]))),
      seed: settings.seed,
      ...now,
    },
    hash: once((indices: Int32Array) =>
      sha256(JSON.stringify(Array.from(indices, (i) => [set.ids[i], set.labels[i]]))),
    ),
    labelledAt: onceFor((budget, draw) => rung(ladders[draw], split.pool, budget)),
    pool,
    // What settings are chosen on is no test of them, just as little as what is learnt from.
    testAt: once((labelled: Int32Array) =>
      testImages(set, split, pool === undefined ? labelled : Int32Array.of(...labelled, ...pool)),
    ),
  };
  const full = settings.allLabels && !split.adapt ? [0] : [];
  return methods.flatMap((method, m) => {
    const { tuning } = settings;
    const tried: Setting[] = tuning === undefined ? [method] : settingsToTry(method, tuning, settings.seed); // prettier-ignore
    const candidatesFor = onceFor((pretraining) =>
      tried.map((setting) => ({
        ...setting,
        encoderKey: encoderKey(setting, pretraining, m, context),
      })),
    );
    const searchAt = onceFor((budget, draw) =>
      planSearch(
        method.name,
        candidatesFor(draw % settings.pretrainings, 0),
        budget,
        draw,
        m,
        context,
      ),
    );
    return [...settings.labelsPerClass, ...full].flatMap((budget) => {
      // All labels leave nothing to draw; the draws then only repeat different pretrainings.
      const draws = budget === 0 ? Math.min(settings.draws, settings.pretrainings) : settings.draws;
      return Array.from({ length: draws }, (_, draw): Unit => {
        const candidates = candidatesFor(draw % settings.pretrainings, 0);
        const from = candidates.length > 1 ? searchBudget(budget, settings) : undefined;
        const search =
          from === undefined ? undefined : searchAt(from, tuning?.by === "pool" ? 0 : draw);
        const labelled = context.labelledAt(budget, draw);
        const own = from === undefined ? candidates.slice(0, 1) : candidates;
        return makeUnit("trial", method.name, budget, draw, m, own, labelled, context.testAt(labelled), search, context); // prettier-ignore
      });
    });
  });
}

/** The budget whose choice a budget takes; undefined if none can choose. */
function searchBudget(
  budget: number,
  { labelsPerClass, tuning, counting = "perClass" }: TrialSettings,
): number | undefined {
  // prettier-ignore
  const least = tuning?.by === undefined || tuning.by === "validation" ? leastToValidate : 1;
  const able = tuning?.at ?? labelsPerClass.filter((n) => counting !== "perClass" || n >= least);
  const below = able.filter((n) => budget === 0 || n <= budget);
  return below.length > 0 ? Math.max(...below) : able.length > 0 ? Math.min(...able) : undefined;
}

function planSearch(
  method: string,
  candidates: readonly Candidate[],
  budget: number,
  draw: number,
  m: number,
  context: Context,
): Search {
  const { set, settings } = context;
  const tuning = settings.tuning as Tuning;
  const labelled = context.labelledAt(budget, draw);
  const rng = createRng(settings.seed).fork("tuning").fork(`draw ${draw}`).fork(`labels ${budget}`);
  const { train, validation } = compareOn(set, labelled, tuning, context, rng);
  const units = candidates.map(
    (candidate) =>
    makeUnit("comparison", method, budget, draw, m, [candidate], train, validation, undefined, context), // prettier-ignore
  );
  return { tuning, units, labelsPerClass: budget };
}

function compareOn(
  set: ImageSet,
  labelled: Int32Array,
  { by = "validation", share = 0.3 }: Tuning,
  context: Context,
  rng: Rng,
): { readonly train: Int32Array; readonly validation: Int32Array } {
  if (by === "oracle") return { train: labelled, validation: context.testAt(labelled) };
  if (context.pool !== undefined) return { train: labelled, validation: context.pool };
  return holdOut(set, labelled, share, rng);
}

/** Labelled images of each class that no trial learns from, for choosing among settings. */
function secondPool(
  set: ImageSet,
  { split, ladders }: DrawnSplit,
  { labelsPerClass, tuning, seed }: TrialSettings,
): Int32Array {
  const { pool = 20 } = tuning ?? {};
  // The largest budget of every draw: no image of the second pool is ever one that a trial learns from.
  const taken = new Set(ladders.flatMap((ladder) => [...rung(ladder, split.pool, Math.max(...labelsPerClass))])); // prettier-ignore
  const free = split.pool.filter((i) => !taken.has(i));
  const fixed = createRng(seed).fork("second pool");
  const chosen = set.classNames.flatMap((name, c) => {
    const own = free.filter((i) => set.labels[i] === c);
    return Array.from(fixed.fork(name).permutation(own.length).subarray(0, pool), (at) => own[at]);
  });
  return Int32Array.from(chosen);
}

function encoderKey(
  { pretrain }: Setting,
  pretraining: number,
  m: number,
  { common }: Context,
): string {
  // prettier-ignore
  // What does not know itself is only told from the other methods of this run.
  const settings = pretrain.settings ?? { unnamed: m };
  return sha256(canonicalJson({ ...common, pretrain: settings, pretraining }));
}

function makeUnit(
  kind: Unit["kind"],
  method: string,
  labelsPerClass: number,
  draw: number,
  m: number,
  candidates: readonly Candidate[],
  labelled: Int32Array,
  test: Int32Array,
  search: Search | undefined,
  { set, settings, hash }: Context,
): Unit {
  const ways = candidates.map((candidate) => [
    candidate.encoderKey,
    candidate.classify.settings ?? { unnamed: m },
  ]);
  const key = sha256(
    canonicalJson({
      ways,
      // Not in the encoder's key: pretraining sees no classes, so plans that name other ones share it.
      classNames: set.classNames,
      // A comparison is the same for every method that compares these settings.
      ...(kind === "trial" ? { method, dataset: set.name } : { kind, seed: settings.seed }),
      labelsPerClass,
      counting: settings.counting ?? "perClass",
      draw,
      labelled: hash(labelled),
      test: hash(test),
      search: search === undefined ? null : search.units.map((unit) => unit.key),
    }),
  );
  const known = candidates.every(
    ({ pretrain, classify }) => pretrain.settings !== undefined && classify.settings !== undefined,
  );
  const pretraining = draw % settings.pretrainings;
  return { kind, method, labelsPerClass, draw, pretraining, labelled, test, candidates, search, key, known }; // prettier-ignore
}

/** A unit in words. */
export function describeUnit({ kind, method, labelsPerClass, draw }: Unit): string {
  const labels = labelsPerClass === 0 ? "all labels" : `${labelsPerClass} a class`;
  const what = `${method}, ${labels}, draw ${draw + 1}`;
  return kind === "trial" ? what : `search: ${what}`;
}

/** What else decides the last digits. */
export interface Environment {
  /** The number of threads. */
  readonly threads: string;
  /** The version of the library. */
  readonly tensorflow: string;
  /** What trainings run on, and its version; lacking where that is TensorFlow's library too. */
  readonly device?: string;
  /** What convolutions were computed with; lacking where that is 32-bit numbers. */
  readonly precision?: string;
}

/** What else decides the last digits here and now. */
export function environment(): Environment {
  const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
  const threads = process.env["TF_NUM_INTRAOP_THREADS"] ?? `all ${os.cpus().length}`;
  const precision = precisionInUse();
  const native = { threads, tensorflow: binding.TF_Version, ...defined({ precision }) };
  if (trainingDevice() === "webgpu") return { ...native, device: `webgpu ${dawnVersion}` };
  return onCuda() ? { ...native, device: "cuda" } : native;
}

/** A function that computes each result once. */
function once<K extends object, T>(compute: (key: K) => T): (key: K) => T {
  const known = new Map<K, T>();
  return (key) => {
    const found = known.get(key) ?? compute(key);
    known.set(key, found);
    return found;
  };
}

function onceFor<T>(compute: (a: number, b: number) => T): (a: number, b: number) => T {
  const known = new Map<string, T>();
  return (a, b) => {
    const found = known.get(`${a} ${b}`) ?? compute(a, b);
    known.set(`${a} ${b}`, found);
    return found;
  };
}

/** Indices without labels play no part in a test. */
export const isLabelled = (set: ImageSet, i: number): boolean => set.labels[i] !== UNLABELLED;
