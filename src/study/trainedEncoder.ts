import * as fs from "node:fs";
import {
  createRng,
  hideLabels,
  subset,
  type Encoder,
  type ImageSet,
  type LabelledRows,
  type Progress,
} from "../core";
import { embedImages, loadEncoder } from "../nets";
import { collapse, type Collapse } from "../pretrain";
import type { DrawnSplit } from "./drawSplit";
import type { PlannedTrial, TrialSettings } from "./planTrials";
import type { Store } from "./store";

/** An encoder with what a study needs of it for many trials. */
export interface TrainedEncoder {
  readonly encoder: Encoder;
  readonly collapse: Collapse;
  /** Embeddings of every image with its label, made once, when they are first asked for. */
  readonly embedded: () => Promise<LabelledRows>;
  /** The same by the last weights, where the encoder has their moving average. */
  readonly embeddedByLast?: () => Promise<LabelledRows>;
}

/**
 * Pretrains the encoder of a trial, or takes it from the store. Whoever calls disposes it.
 * @throws InputError if the images cannot be learnt from
 */
export async function trainEncoder(
  set: ImageSet,
  { split }: DrawnSplit,
  trial: PlannedTrial,
  settings: TrialSettings,
  store: Store | undefined,
  on: Progress,
): Promise<TrainedEncoder> {
  const unlabelled = hideLabels(subset(set, split.pretrain));
  const encoder = await makeEncoder(unlabelled, trial, settings.seed, store, on);
  const { last } = encoder;
  try {
    return {
      encoder,
      collapse: await collapse(encoder, unlabelled, { on }),
      embedded: once(() => embedRows(encoder, set, on)),
      ...(last === undefined ? {} : { embeddedByLast: once(() => embedRows(last, set, on)) }),
    };
  } catch (error) {
    encoder.dispose();
    throw error;
  }
}

async function makeEncoder(
  images: ImageSet,
  { method, pretraining, encoderKey }: PlannedTrial,
  seed: number,
  store: Store | undefined,
  on: Progress,
): Promise<Encoder> {
  const rng = createRng(seed).fork("pretraining").fork(String(pretraining));
  if (store === undefined || method.pretrain.settings === undefined)
    return await method.pretrain(images, rng, on);
  const file = store.encoderFile(encoderKey);
  if (fs.existsSync(file)) return await loadEncoder(file);
  const checkpoint = store.checkpointFile(encoderKey);
  const encoder = await method.pretrain(images, rng, {
    ...on,
    checkpoint,
    identity: encoderKey,
    keep: (name, values) => store.keepLosses(encoderKey, name, values),
  });
  // Only what has learnt weights is worth keeping; the rest is made again in no time.
  if (encoder.network !== undefined) await encoder.save(file);
  fs.rmSync(checkpoint, { force: true });
  return encoder;
}

/** Makes a promise when it is first asked for, and gives the same one afterwards. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

async function embedRows(encoder: Encoder, set: ImageSet, on: Progress): Promise<LabelledRows> {
  const features = await embedImages(encoder, set, { on });
  const { labels, classNames } = set;
  return { features, labels, dim: encoder.dim, classNames };
}
