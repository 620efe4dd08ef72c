import * as fs from "node:fs";
import {
  defined,
  createRng,
  hideLabels,
  InputError,
  subset,
  type Encoder,
  type ImageSet,
  type LabelledRows,
  type Pretrain,
  type Progress,
} from "../../core";
import { embedImages, loadEncoder } from "../../nets";
import { collapse, type Collapse } from "../../pretrain";
import type { Claim } from "../store/claims";
import type { Store } from "../store/store";

/** An encoder with what a study needs of it for many trials. */
export interface TrainedEncoder {
  readonly encoder: Encoder;
  readonly collapse: Collapse;
  /** Embeddings of every image with its label, made once, when they are first asked for. */
  readonly embedded: () => Promise<LabelledRows>;
  /** The same by the last weights, where the encoder has their moving average. */
  readonly embeddedByLast?: () => Promise<LabelledRows>;
}

/** Which encoder, of which images. */
export interface EncoderWanted {
  readonly key: string;
  readonly pretrain: Pretrain;
  readonly pretraining: number;
  readonly seed: number;
  readonly set: ImageSet;
  /** Indices of the images that it may see. */
  readonly seen: Int32Array;
}

/**
 * Pretrains an encoder, or takes it from the store; undefined while another process trains it. Whoever calls disposes it.
 * @throws InputError if the images cannot be learnt from
 */
export async function trainedEncoder(
  wanted: EncoderWanted,
  store: Store | undefined,
  on: Progress,
): Promise<TrainedEncoder | undefined> {
  const unlabelled = hideLabels(subset(wanted.set, wanted.seen));
  const encoder = await makeOrLoad(wanted, unlabelled, store, on);
  if (encoder === undefined) return undefined;
  const { last } = encoder;
  try {
    return {
      encoder,
      collapse: await collapse(encoder, unlabelled, { on }),
      embedded: once(() => embedRows(encoder, wanted.set, on)),
      ...defined({ embeddedByLast: last && once(() => embedRows(last, wanted.set, on)) }),
    };
  } catch (error) {
    encoder.dispose();
    throw error;
  }
}

async function makeOrLoad(
  wanted: EncoderWanted,
  images: ImageSet,
  store: Store | undefined,
  on: Progress,
): Promise<Encoder | undefined> {
  const { key, pretrain, pretraining, seed } = wanted;
  const rng = createRng(seed).fork("pretraining").fork(String(pretraining));
  if (store === undefined || pretrain.settings === undefined)
    return await pretrain(images, rng, on);
  const found = await loadKept(store, key);
  if (found !== undefined) return found;
  const claim = store.claims.take(key);
  if (claim === undefined) return undefined;
  try {
    checkDeaths(claim, `pretraining ${pretrain.settings.name}`);
    // It may have come while the claim was taken.
    const meanwhile = await loadKept(store, key);
    if (meanwhile !== undefined) return meanwhile;
    const start = performance.now();
    const checkpoint = store.checkpointFile(key);
    const encoder = await pretrain(images, rng, {
      ...on,
      checkpoint,
      identity: key,
      keep: (name, values) => store.keepLosses(key, name, values),
    });
    // Only what has learnt weights is worth keeping; the rest is made again in no time.
    if (encoder.network !== undefined) {
      await encoder.save(store.encoderFile(key));
      store.time({ key, kind: "pretraining", seconds: (performance.now() - start) / 1000 });
    }
    fs.rmSync(checkpoint, { force: true });
    return encoder;
  } finally {
    claim.release();
  }
}

/** An encoder that is kept; one that is damaged is set aside, and trained again. */
async function loadKept(store: Store, key: string): Promise<Encoder | undefined> {
  const file = store.encoderFile(key);
  if (!fs.existsSync(file)) return undefined;
  try {
    return await loadEncoder(file);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    store.setEncoderAside(key, error.got);
    return undefined;
  }
}

/** Deaths of a process at one piece of work after which it is not tried again. */
export const mostDeaths = 3;

/** @throws DeadlyWork if processes have died at it too often */
export function checkDeaths(claim: Claim, what: string): void {
  if (claim.died >= mostDeaths) throw new DeadlyWork(what, claim.died);
}

/** Work at which process after process has died, for example for want of memory. */
export class DeadlyWork extends Error {
  constructor(
    what: string,
    readonly died: number,
  ) {
    super(`${died} processes died at ${what}.`);
    this.name = "DeadlyWork";
  }
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
