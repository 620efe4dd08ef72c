import * as fs from "node:fs";
import {
  createRng,
  hideLabels,
  imagesHash,
  InputError,
  sha256,
  tf,
  valuesOf,
  writeFileAtomically,
  type ImageSet,
  type Pretrain,
  type Progress,
} from "../core";
import { readNpy, writeNpy } from "../formats";
import { embedImages } from "../nets";
import { hog, physics } from "../pretrain";

/** Vectors of images, and what makes more of them. */
export interface Embedded {
  /** Row-major, [n*d]. */
  readonly features: Float32Array;
  readonly dim: number;
  /** Embeds one more image. [h*w*c] -> [d] */
  one(image: Float32Array): Float32Array;
  dispose(): void;
}

/** How images become vectors. */
export interface EmbedOptions {
  /** An encoder, for example `pretrain.from({ file })`. @default pretrain.physics() for heights, else pretrain.hog(); neither needs training */
  readonly pretrain?: Pretrain;
  /** Where vectors are kept, so that they are made once. */
  readonly folder?: string;
  /** @default 1 */
  readonly seed?: number;
  readonly on?: Progress;
}

/**
 * Embeds every image once; what was kept for these images and this encoder is read again.
 * @throws InputError if the encoder cannot take the images
 */
export async function embedOnce(
  images: ImageSet,
  { pretrain = usual(images), folder, seed = 1, on = {} }: EmbedOptions = {},
): Promise<Embedded> {
  const encoder = await pretrain(hideLabels(images), createRng(seed).fork("encoder"), on);
  const { settings } = pretrain;
  const name = settings === undefined ? undefined : `${JSON.stringify(settings)} ${seed}`;
  return {
    features: await rowsOnce(images, encoder.dim, name, folder, () =>
      embedImages(encoder, images, { on }),
    ),
    dim: encoder.dim,
    one: (image) => valuesOf(() => encoder.embed(tf.tensor4d(image, [1, ...images.shape]))),
    dispose: () => encoder.dispose(),
  };
}

/** Edge of the smallest image of which physics measures something. */
const smallest = 12;

/** What an expert would measure tells classes and what is new among heights much better than gradients do (test/bench/unlike.ts). */
function usual({ shape, unit }: ImageSet): Pretrain {
  const [height, width, channels] = shape;
  const isHeights = unit === "pm" && channels <= 2 && Math.min(height, width) >= smallest;
  return isHeights ? physics() : hog();
}

/** Rows that are kept in a file named by the images and by what made them. */
async function rowsOnce(
  images: ImageSet,
  dim: number,
  name: string | undefined,
  folder: string | undefined,
  make: () => Promise<Float32Array>,
): Promise<Float32Array> {
  if (folder === undefined || name === undefined) return await make();
  const n = images.ids.length;
  const file = `${folder}/embeddings-${sha256(imagesHash(images), name).slice(0, 16)}.npy`;
  const before = readKept(file, n, dim);
  if (before !== undefined) return before;
  const rows = await make();
  writeFileAtomically(file, writeNpy({ shape: [n, dim], data: rows }));
  return rows;
}

function readKept(file: string, n: number, dim: number): Float32Array | undefined {
  if (!fs.existsSync(file)) return undefined;
  try {
    const { data, shape } = readNpy(file);
    if (data instanceof Float32Array && shape[0] === n && shape[1] === dim) return data;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
  // What was kept saves time and nothing else.
  return undefined;
}
