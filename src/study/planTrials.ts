import * as os from "node:os";
import {
  canonicalJson,
  imagesHash,
  sha256,
  tf,
  type ImageSet,
  type Json,
  type Method,
} from "../core";
import type { DrawnSplit } from "./drawSplit";
import { rung, testImages } from "./ladder";

/** Everything of a study but its images and methods. */
export interface TrialSettings {
  readonly labelsPerClass: readonly number[];
  readonly allLabels: boolean;
  readonly draws: number;
  readonly pretrainings: number;
  readonly seed: number;
}

/** A trial that is to be done, named by everything that determines it. */
export interface PlannedTrial {
  readonly method: Method;
  readonly labelsPerClass: number;
  readonly draw: number;
  readonly pretraining: number;
  readonly labelled: Int32Array;
  readonly test: Int32Array;
  /** Names the encoder. */
  readonly encoderKey: string;
  /** Names the record. */
  readonly key: string;
  /** Whether its two halves know what they are, so that its record may be kept. */
  readonly known: boolean;
}

/** What there is to do: one trial for each method, budget and draw, in this order. */
export function planTrials(
  set: ImageSet,
  { split, ladders }: DrawnSplit,
  methods: readonly Method[],
  settings: TrialSettings,
): PlannedTrial[] {
  const common = {
    images: imagesHash(set),
    pretrain: idsHash(set, split.pretrain),
    seed: settings.seed,
    ...environment(),
  };
  const labelHash = labelHasher(set);
  const full = settings.allLabels && !split.adapt ? [0] : [];
  return methods.flatMap((method, m) => {
    const { pretrain, classify } = method;
    // What does not know itself is only told from the other methods of this run.
    const pretrainSettings = pretrain.settings ?? { unnamed: m };
    return [...settings.labelsPerClass, ...full].flatMap((labelsPerClass) => {
      // All labels leave nothing to draw; the draws then only repeat different pretrainings.
      const draws =
        labelsPerClass === 0 ? Math.min(settings.draws, settings.pretrainings) : settings.draws;
      return Array.from({ length: draws }, (_, draw): PlannedTrial => {
        const pretraining = draw % settings.pretrainings;
        const labelled = rung(ladders[draw], split.pool, labelsPerClass);
        const test = testImages(set, split, labelled);
        const encoderKey = hash({ ...common, pretrainSettings, pretraining });
        const key = hash({
          encoderKey,
          // Not in the encoder's key: pretraining sees no classes, so plans that name other ones share it.
          classNames: set.classNames,
          method: method.name,
          dataset: set.name,
          classify: classify.settings ?? { unnamed: m },
          labelsPerClass,
          draw,
          labelled: labelHash(labelled),
          test: labelHash(test),
        });
        const known = pretrain.settings !== undefined && classify.settings !== undefined;
        return {
          method,
          labelsPerClass,
          draw,
          pretraining,
          labelled,
          test,
          encoderKey,
          key,
          known,
        };
      });
    });
  });
}

/** A trial in words. */
export function describeTrial({ method, labelsPerClass, draw }: PlannedTrial): string {
  const labels = labelsPerClass === 0 ? "all labels" : `${labelsPerClass} a class`;
  return `${method.name}, ${labels}, draw ${draw + 1}`;
}

/** What else decides the last digits: the number of threads and the library. */
export function environment(): { readonly threads: string; readonly tensorflow: string } {
  const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
  const threads = process.env["TF_NUM_INTRAOP_THREADS"] ?? `all ${os.cpus().length}`;
  return { threads, tensorflow: binding.TF_Version };
}

const hash = (parts: Readonly<Record<string, Json | object>>): string =>
  sha256(canonicalJson(parts));

/** Hashes the ids and labels of images: the only labels that a trial depends on. The same list is hashed once. */
function labelHasher(set: ImageSet): (indices: Int32Array) => string {
  const known = new Map<Int32Array, string>();
  return (indices) => {
    const found =
      known.get(indices) ??
      sha256(JSON.stringify(Array.from(indices, (i) => [set.ids[i], set.labels[i]])));
    known.set(indices, found);
    return found;
  };
}

function idsHash(set: ImageSet, indices: Int32Array): string {
  return sha256(JSON.stringify(Array.from(indices, (i) => set.ids[i])));
}
